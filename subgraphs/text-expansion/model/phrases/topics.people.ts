import type { Topic } from './topic.ts';

/** Topics of people, their looks, their callings and their ties. */
export const peopleTopics: readonly Topic[] = [
  {
    words: 'man men gentleman gentlemen fellow fellows lad boy boys',
    lines: [
      '{Character|Temperament} is {seldom|rarely} written {large|plainly}, but it is written {everywhere|all over}, and in the end {it can be read|someone reads it}.',
      'Few people {know|guess} how much they {tell|give away} in the first minute, before they have {said|decided} anything.',
      'What a person {does|is} when {nothing|no one} compels him is {the best|a fair} measure of him.',
      'One may {know|be acquainted with} somebody for years and {still|yet} be {surprised|taken aback} on an ordinary {afternoon|day}.',
      'People are {seldom|hardly ever} as {simple|plain} as their {manners|clothes} would {suggest|have one believe}.',
    ],
  },
  {
    words: 'woman women lady ladies girl girls maid mistress',
    lines: [
      '{Presence|A presence} of that {kind|sort} is not a matter of {looks|stature} alone, nor {easily|readily} put into words.',
      'Those who are {often|commonly} underrated {learn|come} to make {good|excellent} use of it.',
      'There is a {quiet|calm} that {comes of|belongs to} having {made up|settled} one’s mind, and it is {not|never} to be mistaken for weakness.',
      '{Courage|Resolution} wears many {faces|forms}, and the {quieter|less showy} ones are {commonly|often} the more {lasting|dependable}.',
      'Much is {noticed|seen} by those who are {supposed|thought} to notice nothing.',
    ],
  },
  {
    words: 'friend friends companion companions comrade colleague',
    lines: [
      'Friendship {rests|depends} a good deal on knowing what {need not|does not have to} be said.',
      'One {forgives|overlooks} in a friend what one would {never|not} forgive in oneself, and the {other way about|reverse as well}.',
      'Old companions {acquire|fall into} a kind of shorthand, and {half|most} of {what they mean|their talk} passes in silence.',
      'It is a {great|fine} thing to be {known|understood} by somebody and {liked|trusted} all the same.',
    ],
  },
  {
    words: 'stranger strangers visitor visitors guest guests client caller',
    lines: [
      'A stranger {brings|carries} another life in with him, {complete|entire} and unexplained, and {sets|puts} it down in the middle of {one’s own|the room}.',
      'People {tell|confide to} a stranger what they {keep|hide} from {their own|those at home}, {precisely|just} because he {will go|is to go} away again.',
      'First {impressions|meetings} are {hasty|quick} witnesses, but they are {seldom|not often} quite {mistaken|wrong}.',
      'Whoever {comes|arrives} with a {trouble|request} has {rehearsed|gone over} it on the way, and {begins|starts} by {forgetting|losing} the opening.',
    ],
  },
  {
    words: 'father mother parents son daughter child children stepfather uncle aunt',
    lines: [
      'Family {ties|bonds} are {worn|carried} so long that one {ceases|forgets} to feel them, {until|save when} something pulls.',
      'Between {parents and children|one generation and the next} a great deal is {understood|taken as read}, and {quite|very nearly} as much is misunderstood.',
      'What is {learned|taught} at home is {learned|taught} without {words|lessons}, and it is the {last|hardest} thing to be {forgotten|unlearned}.',
      '{Childhood|One’s earliest home} {leaves|puts} a mark that {shows|appears} best in {unguarded|careless} moments.',
    ],
  },
  {
    words: 'brother brothers sister sisters family families cousin',
    lines: [
      'Within a family {each|everyone} has a {part|place}, and {keeps|holds} to it long after {the reasons are|the cause is} forgotten.',
      'Those who {grew up|have grown up} together {share|have in common} a language that {no one else|nobody outside} can speak.',
      '{Blood|Kinship} may {count|stand} for much or little, but it is {seldom|never wholly} left out of {the reckoning|account}.',
      'Families {remember|keep count of} things, and not always the {large|great} ones.',
    ],
  },
  {
    words: 'marriage wife husband wedding bride bridegroom bachelor widow',
    lines: [
      'A marriage is {known|understood} from the inside {only|alone}, and {even there|sometimes} not {by both|at once}.',
      'Two people who {live|share a life} together {come|grow} to {divide|share out} the world between them, this {half|part} to one and that to the other.',
      'There are {promises|bonds} that {alter|change} everything that {comes|is done} after them, {down to|even} the smallest habit.',
      'A {shared|common} life is {built|made} out of {trifles|little things}, which is why {trifles|little things} can shake it.',
    ],
  },
  {
    words: 'king queen prince princess majesty lord duke noble nobleman crown',
    lines: [
      'Rank {opens|unlocks} many doors, though {seldom|not often} the one {most wanted|that matters}.',
      'Those who are {used|accustomed} to being obeyed {find|discover} with surprise how little they can {order|command} that is worth having.',
      'A {title|great name} is a {kind of|sort of} coat: it {keeps off|keeps out} the weather, and {hampers|hinders} the arms.',
      'High station {lends|gives} to private {trouble|affairs} a weight that the trouble itself {need not|may not} have.',
    ],
  },
  {
    words: 'police inspector detective constable policeman officer officers sheriff',
    lines: [
      'The {official|appointed} way of doing things has the {advantage|merit} of being {written down|orderly}, and the {drawback|defect} as well.',
      'Authority {looks|searches} first for what it {expects|knows}, and {finds|comes upon} it {oftener|more often} than it should.',
      'There is a {difference|distance} between {keeping order|asking questions} and {understanding|hearing the answers}, though the two {may|can} go together.',
      'Whoever {has|is given} the duty of {suspecting|doubting} others {pays|gives} for it with a part of his {ease|peace}.',
    ],
  },
  {
    words: 'doctor doctors patient patients nurse physician surgeon illness wound pain fever',
    lines: [
      'To {treat|tend} the body is also to {hear|be told} a good deal about {the rest|everything else}.',
      'Pain {narrows|shrinks} the world to a {point|single room}, and {ease|relief} gives it back.',
      'Those whose {calling|work} is to heal {learn|are taught} early to look {closely|attentively} and to say {little|no more than they must}.',
      'Those who have their health {think|make} little of it, and those who have not think of {little|hardly anything} else.',
    ],
  },
  {
    words: 'servant servants housekeeper landlady coachman cabman driver groom clerk assistant',
    lines: [
      'Those who {serve|wait} see the {other|wrong} side of the {tapestry|embroidery}, and {know|can tell} where the knots are.',
      'Much {passes|is said} before people who are {paid|expected} not to hear it, and {little|not all} of it is {lost|wasted}.',
      'The day’s work {goes on|is done} largely by hands that {nobody|no one} thinks of {naming|thanking}.',
      '{Discretion|Silence} is a part of many {trades|callings}, and {not|hardly} the worst paid.',
    ],
  },
  {
    words: 'face faces features expression cheeks brow forehead countenance',
    lines: [
      'A face is {read|understood} at once and as a whole, {long|well} before one could {name|list} what was read there.',
      'The {muscles|lines} of the face keep a {diary|record} which their owner {cannot|is not able to} edit.',
      'What {crosses|passes over} a face in the first instant {belongs to|is part of} the truth; the rest is {manners|arrangement}.',
      'There are {faces|expressions} that one goes on {seeing|studying} after one has {looked|turned} away.',
      'It takes {long practice|years} to {keep|have} a face that says nothing, and even then it {says|tells} that.',
    ],
  },
  {
    words: 'eye eyes glance glances gaze stare look looks sight',
    lines: [
      'The eye {settles|decides} upon a thing before {reason|the mind} has been {told|consulted}.',
      'A glance may {carry|hold} more than a {speech|page}, and it {cannot|is not to} be {quoted|called} back afterwards.',
      'To {look|see} is {easy|nothing}; to {know|notice} what one has looked at is {another matter|where the art comes in}.',
      'Attention has a {direction|weight}, and those upon whom it {falls|rests} {generally|commonly} feel it.',
      'People {look away|lower their eyes} for {a dozen|many} reasons, and {shame|guilt} is only one of them.',
    ],
  },
  {
    words: 'hand hands finger fingers fist fists palm wrist arm arms',
    lines: [
      'Hands are less well {schooled|trained} than faces, and they {often|sometimes} speak out of turn.',
      'A person’s {work|trade} {goes|finds its way} into the hands in the end, and {stays|remains} there.',
      'The {smallest|least} gesture may {settle|finish} what a long {argument|conversation} has left open.',
      'It is the hands that {know|remember} how a thing is done, {well|long} after the head has {forgotten|ceased to ask}.',
    ],
  },
  {
    words: 'hair shoulder shoulders lips mouth chin nose ear ears figure body foot feet',
    lines: [
      'The way {somebody|a person} {stands|holds himself} is {a statement|an announcement}, {made|given out} whether it is {meant|intended} or not.',
      'One {recognises|knows} an acquaintance at a distance by {nothing|little} more than {a manner of moving|the set of the figure}.',
      'Bearing is a {language|form of speech} that {nearly all|most people} understand and {hardly any|few} can {translate|explain}.',
      'The body {has|keeps} its own {opinion|view} of events, and {expresses|gives} it without {asking|permission}.',
    ],
  },
  {
    words: 'voice voices whisper tone murmur accent',
    lines: [
      'A voice {carries|brings} its history with it, and the {words|meaning} only {ride|come} on top.',
      'It is not what is said but the {level|pitch} at which it is said that {tells|decides}.',
      'Some voices {fill|occupy} a room without being {raised|loud}, and {others|some} never do, {however|no matter how} loud.',
      'In {any|every} voice there is a note that {comes|is heard} only when the speaker {forgets|has forgotten} to listen to it.',
    ],
  },
  {
    words: 'smile smiles laugh laughter laughed smiled chuckle',
    lines: [
      'Laughter {clears|freshens} the air, though it {seldom|does not always} {settle|decide} anything.',
      'A smile may be {a door|an answer} or a {curtain|refusal}, and it is not {always|at once} clear which.',
      'There is {relief|a release} in being {amused|able to laugh}, and {a kind|something} of {agreement|peace} too.',
      'People are {never|seldom} so {much themselves|easy to know} as when something {strikes them as|seems to them} funny.',
    ],
  },
  {
    words: 'tears sob sobs weeping grief sorrow scream shriek despair',
    lines: [
      'Grief {has|keeps} no manners and no calendar, and it is {useless|idle} to {reproach|hurry} it.',
      'There are {sounds|feelings} that need no {explaining|interpreter} in any {language|country}.',
      'What is {felt|suffered} most is often {said|expressed} least, and {least|not at all} to those near by.',
      'Sorrow {alters|changes} the size of things: the {large|great} become small, and the small {unbearable|very large}.',
    ],
  },
  {
    words:
      'hat coat dress cloak boots shoes clothes clothing gloves cap waistcoat trousers sleeve sleeves veil bonnet',
    lines: [
      'Clothes {say|declare} what one {wishes|would like} to be taken for, and wear says {the rest|what one is}.',
      'In {dress|matters of dress} nothing is {quite|altogether} accidental, {least of all|not even} carelessness.',
      'What is {put on|worn} every day {grows|becomes} like its wearer, {crease by crease|a little at a time}.',
      '{Appearances|Outward things} are {slight|poor} evidence, but they {have|offer} the merit of being {there|always at hand}.',
    ],
  },
  {
    words: 'crime crimes criminal thief robbery robber villain burglar',
    lines: [
      'Wrongdoing is {seldom|rarely} as {bold|ingenious} as it {looks|appears} afterwards; it is {chiefly|mostly} hurried.',
      'Behind every {offence|misdeed} there is a {wish|want}, and {often|very often} quite a {common|plain} one.',
      'It is the {ordinary|everyday} detail, and not the {strange|startling} one, that {most often|usually} {undoes|betrays} a {clever|careful} plan.',
      'Guilt makes people do {too much|more than they need}, and innocence {sometimes|often} too little.',
    ],
  },
  {
    words: 'murder murderer death dead blood killed corpse grave victim',
    lines: [
      'Before {such a thing|that} words {fall|come} short, and {people|those who are left} {take refuge|find shelter} in what must be done next.',
      'An ending of that kind {throws|casts} its {shadow|light} back over all that {came|went} before it.',
      'The {living|rest of the world} must go on {keeping|winding} the clocks, {whatever|no matter what} has {happened|stopped}.',
      'There are {facts|things} to which one {does not|cannot} grow {used|accustomed}, and it would be {worse|no gain} if one did.',
    ],
  },
  {
    words: 'law court judge justice prison prisoner lawyer jury trial',
    lines: [
      'What is {lawful|legal} and what is {right|just} are {neighbours|related}, but they do not {always|invariably} visit.',
      'Justice {asks|calls} for {patience|proof}, and {passion|anger} has {little|none} to spare.',
      'The law {knows|speaks of} acts and {dates|names}; the {reasons|heart of the matter} it must {guess|leave to others}.',
      'To {judge|weigh} another is to {be|find oneself} in a small way {judged|weighed} as well.',
    ],
  },
  {
    words: 'player team teacher student pupil reader writer author artist painter poet',
    lines: [
      'Skill is {mostly|largely} {attention|practice} that has {forgotten|ceased to be aware of} itself.',
      'Whoever {makes|attempts} something {begins|starts} with a {picture|notion} of it, and {ends|finishes} with {what can be done|a different one}.',
      'Nobody {learns|is taught} anything {quite|exactly} as it {was|is} meant, and {much|a good deal} of what is new {comes|arises} in that way.',
      '{Talent|A gift} is {common|less rare than one thinks}; the habit of using it {is not|is rarer}.',
    ],
  },
];
