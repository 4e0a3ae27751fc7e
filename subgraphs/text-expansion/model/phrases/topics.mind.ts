import type { Topic } from './topic.ts';

/** Topics of thought, talk and feeling. */
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
];
