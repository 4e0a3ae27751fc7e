import type { Topic } from './topics.ts';

/** What may be said of thought, talk, feeling, time and the turns that things take. */
export const mindTopics: readonly Topic[] = [
  {
    words: 'silence quiet pause stillness',
    lines: [
      'Silence has {as many|almost as many} meanings as speech, and {rather|somewhat} fewer rules.',
      'To leave a thing unsaid is {also|sometimes} a way of {saying|stating} it.',
      'A silence {grows|gets} heavier the longer it is {kept up|left alone}, until {anything|any word at all} will break it.',
      'Some of the {best|clearest} answers ever given {consist|have consisted} in waiting.',
    ],
  },
  {
    words: 'word words speech remark sentence talk conversation language',
    lines: [
      'Words are {cheap|light} to the one who {spends|uses} them, and not always to the one who {must carry|receives} them.',
      'Once {spoken|uttered}, a remark {belongs to|is the property of} everyone who heard it.',
      'The {plain|simple} word is {generally|usually} at hand, and it is {generally|usually} the last to be {tried|reached for}.',
      'In {any|most} conversation there are two: the one that is {spoken|audible}, and the one {meant|beneath it}.',
      'People {choose|pick} their words when they are {careful|on their guard}, and are {best known|known} by the {others|rest}.',
    ],
  },
  {
    words: 'question questions answer answers reply inquiry',
    lines: [
      'A {good|well-chosen} question does {half|most} of the work, and {takes|is given} none of the credit.',
      'An answer {closes|shuts} one door and, {as a rule|commonly}, {opens|unlocks} two more.',
      'There are {questions|matters} that must be {lived with|walked round} for a while before they can be {settled|put properly}.',
      'What somebody {asks|wants to know} {shows|tells} where he {has got to|stands}, and what he {does not ask|leaves out} shows it better.',
    ],
  },
  {
    words: 'secret secrets secrecy confidence mystery mysteries riddle',
    lines: [
      'A secret is {heaviest|hardest to keep} when there is {nobody|no one} left who wishes to know it.',
      'Whatever is {hidden|concealed} goes on {working|acting} where it {lies|is}.',
      'Two may {keep|share} a secret, {provided|on condition} that they {seldom|do not often} speak of anything else.',
      'A mystery {flatters|tempts} the mind by {seeming|appearing} to be {meant|made} for it.',
      'What {looks|seems} inexplicable is {often|usually} something {ordinary|simple} with one piece {missing|taken away}.',
    ],
  },
  {
    words: 'truth fact facts data proof evidence certainty',
    lines: [
      'Facts are {stubborn|patient} things, and will {wait|stand about} {for as long as they are ignored|until they are wanted}.',
      'The truth of a matter is {seldom|rarely} as {neat|tidy} as the first {account|version} of it.',
      'It is one thing to {have|be in possession of} the facts, and {another|quite another} to {arrange|place} them.',
      'Evidence does not {speak|explain itself}; it is {spoken for|made to speak}, and {needs|deserves} a fair interpreter.',
      'Certainty is {pleasant|comfortable}, and {ought|has} for that reason to be {looked at|examined} twice.',
    ],
  },
  {
    words: 'deception deceit trick hoax falsehood',
    lines: [
      'A falsehood {needs|wants} a good memory and {more|further} falsehoods to {live on|keep it company}.',
      'People are {most|more} easily deceived in the direction {they lean|of their wishes}.',
      'To deceive {others|somebody} one must {first|at least} {know|guess} what they {believe|hope} already.',
    ],
  },
  {
    words: 'fear terror horror dread panic danger dangers risk peril threat',
    lines: [
      'Fear is {quick|early} to arrive and {gives|asks for} no reasons, and reasons {alone|by themselves} will not {remove|dismiss} it.',
      'Danger {simplifies|clears} the mind {wonderfully|as little else can}, though it is {not|hardly} a method to be {recommended|sought}.',
      'It is seldom the thing itself, and {often|generally} the {waiting|not knowing}, that {wears|tires} people out.',
      'What is {feared|dreaded} is {seldom|hardly ever} met in the {shape|form} in which it was {expected|imagined}.',
    ],
  },
  {
    words: 'hope hopes wish wishes desire desires longing ambition',
    lines: [
      'Hope {makes do|gets by} with very little, and {returns|comes back} however often it is {sent away|shown the door}.',
      'What one {wants|hopes for} {colours|tints} everything one {sees|looks at}, and {seldom|not often} by accident.',
      'A wish {long|quietly} kept {becomes|grows into} a {habit|part} of the person who {keeps|holds} it.',
      'It is {easier|simpler} to {know|say} what one does not want than what one does.',
    ],
  },
  {
    words: 'love affection passion lover tenderness kiss heart hearts',
    lines: [
      'Affection {keeps|has} accounts of its own, in which {nothing|little} is ever quite {paid|balanced}.',
      'The heart {comes|gets} to its conclusions {first|early} and {hears|listens to} the {argument|evidence} later.',
      'Strong feeling {shows|lets one see} some things {with great clearness|very sharply} and {hides|covers} others {completely|altogether}.',
      'What is {loved|cared for} is {looked at|seen} more {closely|often}, and {for that reason|therefore} never {quite|wholly} the same twice.',
    ],
  },
  {
    words: 'joy happiness delight pleasure amusement',
    lines: [
      'Happiness is {badly|poorly} described by those who have it, {because|since} they are {busy|occupied}.',
      'A {small|modest} pleasure, {punctually|regularly} enjoyed, {holds up|supports} a good deal of life.',
      'Delight is {soon|quickly} over and {long|slowly} remembered, which is a {fair|good} bargain.',
    ],
  },
  {
    words: 'anger rage fury temper quarrel agitation hate hatred revenge vengeance',
    lines: [
      'Anger {speaks|talks} first and {loudest|longest}, and is {seldom|rarely} the {whole|last word} of what is meant.',
      'A quarrel is {generally|mostly} about {something|a thing} that {neither|no} party has yet {mentioned|named}.',
      'Strong feeling must {go|be put} somewhere, and the {nearest|first} object {serves|has to serve}.',
    ],
  },
  {
    words: 'surprise astonishment amazement wonder shock excitement',
    lines: [
      'Surprise {opens|leaves} the mind for an instant, and what {enters|gets in} then {stays|is apt to stay}.',
      'The {unexpected|unlooked-for} is only {what|the thing} one had {no|not made} room for.',
      'One is {never|seldom} so {attentive|wide awake} as in the {second|moment} after being {astonished|taken by surprise}.',
    ],
  },
  {
    words: 'doubt doubts suspicion suspicions uncertainty hesitation worry anxiety trouble',
    lines: [
      'Doubt {works|acts} slowly, {but|and} it never {sleeps|takes a holiday}.',
      'A trouble {shared|spoken aloud} is not {always|necessarily} halved, but it does {take|get} a {definite|clearer} shape.',
      'To {suspect|doubt} is {easy|no great effort}; to {stop|leave off} is the {difficulty|hard part}.',
      'Where there is {hesitation|uncertainty} there is {usually|generally} something that has not been {said|allowed for}.',
    ],
  },
  {
    words: 'mind thought thoughts reason reasoning brain intellect idea ideas imagination',
    lines: [
      'Thought {takes|prefers} the {long|winding} way round, and {arrives|turns up} looking as if it had come {straight|directly}.',
      'An idea is {nothing|very little} until it has {met|run against} an {obstacle|objection}, and then it is either {much|a good deal} more or nothing at all.',
      'The mind {tidies|arranges} what it {receives|is given} before one has {properly|fairly} looked at it.',
      'To reason {well|clearly} is {chiefly|above all} to {know|notice} where one has stopped reasoning.',
      'It is {in the pauses|between two thoughts} that the {best|most useful} ones {slip in|arrive}.',
    ],
  },
  {
    words: 'memory memories recollection remember remembered',
    lines: [
      'Memory {keeps|saves} what it {likes|chooses}, and {seldom|never} explains its {choice|taste}.',
      'The past {does not change|stays where it is}, but one {sees|looks at} it from a {new|different} place {every time|each year}.',
      'What is {best|most clearly} remembered is {often|commonly} some {trifle|detail} at the {edge|margin} of the {thing|event} itself.',
      'To {recall|remember} a thing is to {handle|touch} it, and things wear a little with handling.',
    ],
  },
  {
    words: 'habit habits custom customs routine manner manners practice',
    lines: [
      'Habits are {stronger|more dependable} than intentions, and {a good deal|far} easier to {observe|study}.',
      'A {departure|change} from custom is {always|generally} worth a second {look|thought}.',
      'What is done {every day|often enough} ends by being {done|performed} by nobody in particular.',
      'Manners {oil|smooth} the {hinges|joints} of life, and {like|as with} oil one {notices|misses} them when they are gone.',
    ],
  },
  {
    words: 'time hour hours',
    lines: [
      'Time is {fair|even-handed} in the large and {most|quite} unfair in the {small|particular}.',
      'An hour {is|has} no fixed length, as {anyone|everyone} {discovers|finds} who has to wait through one.',
      'What {cannot|is not to} be hurried can at least be {watched|understood}.',
      'There is {generally|usually} {time|time enough} for what {matters|must be done}, and never for the rest.',
    ],
  },
  {
    words: 'moment moments instant minute minutes',
    lines: [
      'The {decisive|important} moments {seldom|do not} announce themselves, and {look|seem} like {any|all the} others.',
      'A moment may be {spent|over} in no time and {last|go on} for years.',
      'It is {remarkable|curious} how much {fits|can be fitted} into a {minute|moment} that nobody is {measuring|counting}.',
      'Between one {moment|instant} and the next {things|matters} may {turn|change} without {a sound|any noise}.',
    ],
  },
  {
    words: 'day days week weeks month months year years season summer winter autumn spring',
    lines: [
      'Days {run|flow} together in the memory, except for the few that {stand|keep} apart.',
      'Years {teach|explain} what days {do not|cannot} notice.',
      'Seen {from a distance|afterwards}, a {stretch|length} of time {closes up|folds} like a {fan|map}.',
      'The calendar {divides|cuts up} what was never {really|truly} divided, and we {live by|are glad of} the marks.',
    ],
  },
  {
    words: 'youth age childhood generation',
    lines: [
      'Age {adds|brings} more {doubts|questions} than answers, and a {lighter|looser} hold on both.',
      'The young {hurry|run} towards what the old {remember|know} with a smile.',
      'One {grows|gets} older {by|in} {steps|jumps}, and {hardly|scarcely} feels the {stretches|level ground} between.',
    ],
  },
  {
    words: 'case matter problem problems affair business puzzle investigation',
    lines: [
      'Every {matter|affair} of the kind has a {simple|plain} side, and it is {hardly ever|seldom} the one {presented|shown} first.',
      'A difficulty {properly|clearly} stated is {already|very nearly} half {removed|overcome}.',
      'It is {tempting|natural} to {begin|start} with the {strange|striking} part, and {wiser|safer} to begin with the {dull|ordinary} one.',
      'What {complicates|confuses} such things is less the {number|quantity} of facts than the number of {people|opinions}.',
      'No two {affairs|problems} are {alike|the same}, {however|though} each of them {reminds one|is a reminder} of another.',
    ],
  },
  {
    words: 'clue clues theory theories deduction deductions inference hint sign signs observation',
    lines: [
      'A sign {means|says} nothing by itself; it {waits for|needs} its {fellows|neighbours}.',
      'To {observe|notice} is {a discipline|an exercise}, and {like|as with} all such {things|practices} it {looks|seems} easy when {others|someone else} do it.',
      'Theories are {good|willing} servants, {as long as|provided} they are {dismissed|let go} in time.',
      'The {smallest|slightest} indication is {enough|sufficient} for those who {know|can tell} what {ought|is supposed} to be there.',
    ],
  },
  {
    words: 'plan plans scheme method design arrangement arrangements intention purpose',
    lines: [
      'A plan is {chiefly|mainly} a way of {finding out|learning} what one had {forgotten|left out}.',
      'The {best|soundest} arrangements {leave|allow} room for the {clumsiness|disobedience} of {events|things}.',
      'Between {purpose|intending} and {performance|doing} lies {most|the greater part} of human {history|experience}.',
      'What is {carefully|thoroughly} prepared looks {afterwards|in the end} like {luck|ease}.',
    ],
  },
  {
    words: 'work profession duty duties task job trade occupation study',
    lines: [
      'Work {has|keeps} this to be said for it, that it {takes|accepts} one as one is and {gives|leaves} something behind.',
      'Every calling {trains|sharpens} one {faculty|sense} at the {expense|cost} of some {others|of the rest}.',
      'A duty {done|discharged} without {fuss|show} is {scarcely|hardly} noticed, and {holds|keeps} a great deal up.',
      'The {hardest|longest} part of {any|most} work is {beginning|the beginning}, and the {next hardest|second hardest} is {stopping|knowing when it is done}.',
    ],
  },
  {
    words: 'promise promises oath vow honour trust',
    lines: [
      'A promise is {easily|lightly} made out of the {feeling|mood} of an hour, and has to be {kept|honoured} by all the hours that {follow|come after}.',
      'Trust is {given|lent} in one piece and {withdrawn|taken back} in {many|small ones}.',
      'Those who {weigh|think about} their promises make {few|fewer} of them.',
    ],
  },
  {
    words: 'name names reputation fame title',
    lines: [
      'A name is the {shortest|briefest} of stories, and {everyone|each listener} {finishes|completes} it differently.',
      'Reputation {goes|walks} ahead of a person, and {knocks|calls} at the wrong {doors|houses}.',
      'To {know|have} the name of a thing is {comforting|pleasant}, and not {quite|at all} the same as {knowing|understanding} it.',
    ],
  },
  {
    words: 'story stories tale narrative history adventure adventures experience',
    lines: [
      'A story {begins|starts} long before its first {sentence|line} and {goes on|continues} after its last.',
      'In the telling {some things|certain things} are {moved|brought} forward, {and|while} others {fall|are left} a little {back|behind}.',
      'Those who {take part in|live through} a thing are {seldom|rarely} the first to {see|grasp} its shape.',
      'Experience {explains|teaches} in the {wrong|reverse} order, {beginning|starting} with the {answer|examination}.',
    ],
  },
  {
    words: 'sleep dream dreams bedtime',
    lines: [
      'Sleep {sorts|goes through} the day’s {papers|leavings}, and {burns|throws away} more than it {files|keeps}.',
      'There are {things|troubles} that {look|seem} different {merely|simply} for having been slept upon.',
      'Rest is {earned|wanted} by many and {granted|given} to {few|fewer} than {deserve|need} it.',
    ],
  },
  {
    words: 'mistake mistakes error errors blunder failure fault',
    lines: [
      'A mistake {honestly|frankly} looked at is {worth|as useful as} a good deal of {success|being right}.',
      'Errors are {seldom|not often} large when they are {made|young}; they {grow|gain} by being {defended|left alone}.',
      'It is {easier|less trouble} to {see|notice} where a thing {went|has gone} wrong than where it might have gone right.',
    ],
  },
  {
    words: 'chance luck accident fate fortune coincidence destiny',
    lines: [
      'Chance {deals|hands out} the cards, and then {takes|shows} no further interest in the game.',
      'What is {called|put down to} luck is {sometimes|now and then} only {attention|readiness} that {was not noticed|went unseen}.',
      'Coincidence is {common|frequent} enough; it is the {noticing|remarking} of it that is {rare|unusual}.',
    ],
  },
  {
    words: 'life lives living soul human humanity',
    lines: [
      'Life is {mostly|largely} made up of {middles|ordinary afternoons}, and people live there {without noticing|and call it waiting}.',
      'Nobody’s life is {ordinary|simple} when one {stands|comes} close enough to it.',
      'What {seems|looks like} the {main|chief} business of a life is {often|sometimes} {only|merely} what was going on at the time.',
      'There is {more|a good deal more} {variety|invention} in {real|daily} life than {anyone|a sober person} would dare to {make up|put in a book}.',
    ],
  },
  {
    words: 'school lesson lessons knowledge learning science art skill',
    lines: [
      'To {learn|know} a thing {thoroughly|well} is to {find|see} how many {others|more} lean upon it.',
      'Knowledge {gathers|collects} dust {until|unless} somebody {needs|happens to need} it, and then it {shines|is new again}.',
      'The {rule|lesson} is {soon|quickly} learned; it is the {exceptions|examples} that take {years|a lifetime}.',
    ],
  },
  {
    words: 'beginning ending conclusion result results outcome effect',
    lines: [
      'An ending is {often|frequently} only the {place|point} where one {happened|chose} to stop looking.',
      'Beginnings are {untidy|obscure}, and it is {later|only afterwards} that they are {given|lent} a {date|shape}.',
      'Results {please|satisfy} everyone; it is the {steps|way} that led to them that {instruct|teach}.',
    ],
  },
  {
    words: 'god church prayer faith spirit heaven clergyman priest religion',
    lines: [
      'There are {matters|places} in which a lowered voice {comes|is} {natural|of itself}.',
      'Faith and doubt {lodge|live} closer together than either {likes|would care} to {admit|say}.',
      'Old {forms|ceremonies} {keep|hold} their meaning {folded|put away}, and {unfold|bring out} it when {called|asked} upon.',
    ],
  },
  {
    words: 'war battle army soldier soldiers fight struggle enemy enemies',
    lines: [
      'A struggle is {remembered|recounted} by those it {spared|left standing}, and {they|these} are {careful|sparing} with the details.',
      'An enemy {pays|gives} one the {doubtful|sincere} compliment of {close|constant} attention.',
      'What {strength|force} {decides|settles} it has {generally|usually} to {decide|settle} again.',
    ],
  },
  {
    words: 'attempt effort patience strength power courage determination energy',
    lines: [
      'Persistence is {plain|homely} to look at, and {outlasts|tires out} most of what is {handsomer|more brilliant}.',
      'Strength that {is sure of itself|is really there} {makes|shows} very little noise.',
      'Patience is less a {virtue|gift} than {a way|one way} of {using|seeing} time.',
      'There is a {courage|boldness} in {simply|merely} going on which {seldom|rarely} gets {its|a} name.',
    ],
  },
];
