import type { Topic } from './topic.ts';

/** Topics of time, work and the turns that things take. */
export const timeTopics: readonly Topic[] = [
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
