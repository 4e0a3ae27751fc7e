import type { Topic } from './topic.ts';

/** Topics of objects, papers, money, food and the rest of what can be touched. */
export const thingTopics: readonly Topic[] = [
  {
    words:
      'letter letters note notes telegram envelope handwriting signature postmark message messages email',
    lines: [
      'A letter {goes on|keeps} speaking after its {writer|author} has {stopped|finished}, and it cannot be {interrupted|questioned}.',
      'What is {set down|put} on paper has been {chosen|picked}, and what was {chosen|kept} points to what was {left out|not}.',
      'The {hand|paper} often {says|tells} what the {words|sentences} take care not to.',
      'One {reads|goes through} a message {first|once} for what it says, and {again|a second time} for what it {wants|is after}.',
      'There is {something|a thing} {irrevocable|final} about a letter that has been {sent|delivered}.',
    ],
  },
  {
    words: 'paper papers document documents sheet page pages ink pen',
    lines: [
      'Paper is {patient|obliging}: it {takes|accepts} whatever is {given|put on} it and {keeps|returns} it without comment.',
      'On paper {everything|a thing} looks {settled|decided}, which is half the {use|danger} of it.',
      'A few written lines can {outweigh|outlast} any amount of {talk|what is merely said}.',
      'What has been written {can|may} be {lost|hidden} or {burnt|forgotten}, but it {cannot|is never to} be unwritten.',
    ],
  },
  {
    words: 'photograph photographs portrait picture pictures painting photo image',
    lines: [
      'A picture {holds|stops} one moment {fast|still} and lets all the {others|rest} go, and one {forgets|is apt to forget} how small a share that is.',
      'A likeness is a {strange|curious} thing to {own|keep}, being {so much|at once} more and {so much|at the same time} less than the person.',
      'What the {eye of a camera|picture} sees it {cannot|does not know how to} {soften|excuse}.',
      'People {guard|treasure} their pictures as if {something|some part} of themselves were {kept|lodged} in them.',
    ],
  },
  {
    words: 'book books volume library novel chapter index',
    lines: [
      'Books {wait|stand} quietly for the {hour|day} when they are {wanted|needed}, and {seldom|never} complain of the {delay|dust}.',
      'Much of what is {known|believed} has only been {read|looked up}, and is {none|not} the worse for it.',
      'A {shelf|row} of books {gives|offers} a fair {account|map} of its owner’s {mind|ambitions}.',
      'To have {knowledge|a thing} in {order|reach} is {very nearly|almost} as good as to have it by heart.',
    ],
  },
  {
    words: 'newspaper newspapers advertisement article news headline',
    lines: [
      'Printed news is {old|stale} by evening, and yet it {alters|changes} the {day|hour} in which it is read.',
      'The public {account|version} of a matter is {tidy|short}, and {tidiness|shortness} is not a {quality|feature} of {events|real events}.',
      'Between the lines of {any|a} report there is {room|space} for {another|a second} one.',
      'News {travels|spreads} at its own {pace|speed}, and {grows|gathers} a little at {each|every} stop.',
    ],
  },
  {
    words:
      'money gold guinea guineas pounds pound cash bank fortune income salary price cost fee reward debt debts wealth',
    lines: [
      'Money {seldom|rarely} changes hands without changing something else {as well|along with it}.',
      'A sum is {large|small} only beside the need {of it|that it meets}.',
      'What people {pay|give} for a thing tells less about the thing than about {themselves|the people}.',
      'Where there is money there is {generally|usually} a {story|history}, and {more than one|several} people telling it.',
      'The {price|cost} of a thing is {counted|reckoned} at once, and its {worth|value} a good deal {later|more slowly}.',
    ],
  },
  {
    words: 'jewel jewels gem gems diamond diamonds ring necklace coronet treasure pearl beryls carbuncle',
    lines: [
      'Precious things are {dangerous|uneasy} company, {chiefly|mainly} for what they {do to|bring out in} those {near|around} them.',
      'The {rarer|more costly} a thing is, the {less|more seldom} it can be {used|enjoyed} and the more it must be {watched|guarded}.',
      'A small {bright|shining} object has {before now|often} {turned|upset} the course of {several|many} lives.',
      'Value of that kind {lies|lives} wholly in {other people’s eyes|being desired}.',
    ],
  },
  {
    words: 'box bag drawer trunk parcel pocket pockets cupboard desk bureau basket',
    lines: [
      'Whatever is {put away|kept} in a particular {place|spot} was {put|laid} there for a {reason|purpose}, and {places|the place} {can|may} be asked.',
      'We {keep|store} things {close|near} to us in the order in which we {fear|would mind} losing them.',
      'A {thing|container} that is shut {invites|provokes} the mind to {open|fill} it.',
      'The contents of {one’s|anyone’s} pockets {make|would make} an {honest|unflattering} biography.',
    ],
  },
  {
    words: 'table chair chairs armchair bed sofa couch seat bench furniture carpet rug',
    lines: [
      'Furniture {settles|falls} into its place with use, and {so|in the same way} do the people who {use|sit in} it.',
      'One {thinks|reasons} differently {sitting|seated} than {standing|on one’s feet}, and {often|sometimes} better.',
      'The {nearest|most familiar} objects are {those|the ones} that {nobody|no one} can describe from memory.',
      'Comfort is a {quiet|silent} influence, and {a great many|plenty of} decisions have been {owed|due} to it.',
    ],
  },
  {
    words:
      'dinner supper lunch meal food bread meat coffee tea wine beer cup glass bottle plate kitchen egg eggs goose',
    lines: [
      'A meal {marks|divides} the day more {surely|firmly} than any clock.',
      'Hunger is {a plain|an honest} counsellor, and {few|not many} resolutions are {proof|safe} against it.',
      'Over food and drink people {grow|become} a little {kinder|easier} than they {intended|meant to be}.',
      'There is {ceremony|a ritual} in {eating and drinking|the table}, even where {no one|nobody} would {call|know} it by that name.',
    ],
  },
  {
    words: 'pipe cigar cigars cigarette cigarettes tobacco smoke snuff ash ashes',
    lines: [
      'Smoke {rises|drifts} at its {own|proper} pace, and {thought|the mind} is {inclined|tempted} to {follow|go with} it.',
      'Small indulgences {mark|punctuate} the {hours|day} and give the hands something to do while the {mind|head} is {busy|elsewhere}.',
      'What is {left|dropped} behind {carelessly|without a thought} is {often|commonly} what is {easiest|simplest} to read.',
      'Habits of that kind {look|seem} like {idleness|rest} and are {often|sometimes} the {opposite|reverse}.',
    ],
  },
  {
    words: 'clock bell bells knock whistle alarm',
    lines: [
      'A sudden sound {draws|makes} a line between what came before it and what {comes|is to come} after.',
      'One hears a clock {only|best} when {everything else|all the rest} has {fallen|gone} quiet.',
      'In the {space|pause} between a {summons|signal} and its answer there is {time|room} to imagine {anything|a great deal}.',
      'The {ear|hearing} is {quicker|earlier} than the other senses to {take|catch} alarm, and slower to {let it go|be reassured}.',
    ],
  },
  {
    words: 'noise sound sounds clatter crash echo music violin song piano concert',
    lines: [
      'A sound {has|leaves} no {trace|mark} but in memory, and memory {tunes|alters} it.',
      'What is heard and not seen {takes|has} the shape that the {listener|hearer} {gives|lends} it.',
      'After {a noise|a sound} the silence is {not the same|a different} silence.',
      'Music {says|states} nothing, and is {nevertheless|all the same} {understood|believed}.',
    ],
  },
  {
    words: 'dog dogs cat cats bird birds animal animals snake creature fox wolf lion mouse rat',
    lines: [
      'Animals {attend|go} straight to what {concerns|matters to} them and {waste|spend} nothing on the rest.',
      'There is no {deceiving|fooling} a creature that {takes no interest|does not deal} in words.',
      'One {sees|finds} in an animal a good deal of {oneself|what one brings}, and {now and then|sometimes} the animal.',
      'A creature {lives|goes about} among us with a {map|world} of its own, and it {overlaps|agrees} with ours only {here and there|at the edges}.',
    ],
  },
  {
    words: 'gun pistol revolver knife weapon sword bullet poker bomb',
    lines: [
      'The {mere|bare} presence of such a thing {changes|alters} the {tone|meaning} of everything said near it.',
      'What is {carried|kept} for safety {seldom makes|does not often make} anyone feel {quite|altogether} safe.',
      '{Force|Violence} is a {short|brief} argument, and it {leaves|has} a long {answer|sequel}.',
    ],
  },
  {
    words: 'mask disguise wig costume beard',
    lines: [
      'To hide one thing {well|thoroughly} it is {generally|usually} necessary to {show|display} another.',
      'A disguise {succeeds|works} less by {changing|altering} the wearer than by {giving|offering} the onlooker what he expects.',
      'Whoever {plays|takes} a part for {long|a long time} {finds|learns} that it has taken something of him in return.',
      'Concealment {is|remains} a kind of {statement|speech}, for it {says|announces} that there is something to {find|look for}.',
    ],
  },
  {
    words: 'shadow shadows silhouette reflection mirror',
    lines: [
      'A shadow {keeps|has} the outline and {leaves out|omits} the {excuses|details}.',
      'What is seen {indirectly|at second hand} is sometimes seen {more truly|the better} for it.',
      'Where there is a shadow there is {something|a thing} to cast it, and {light|a light} from somewhere.',
    ],
  },
  {
    words: 'dust mud stain stains dirt mark marks scratch footprint footprints track tracks trace',
    lines: [
      'Every {errand|movement} leaves its {trace|residue}, and the {trace|residue} is {loyal|faithful} to the facts.',
      'Dirt {is|makes} an {excellent|exact} historian, being {both|at once} truthful and {unambitious|in no hurry}.',
      'Marks like that are {made|left} without {thinking|intention}, and so they {cannot|do not know how to} lie.',
    ],
  },
  {
    words: 'machine machinery engine lens instrument instruments tool tools telescope microscope',
    lines: [
      'A good instrument {disappears|vanishes} in the using, and {is|gets} noticed only when it {fails|goes wrong}.',
      'Tools {extend|lengthen} the hand, and {shape|bend} it {too|a little in return}.',
      'What is {made|built} with care {shows|betrays} it in the parts that {nobody|no one} was meant to see.',
    ],
  },
  {
    words: 'computer computers software code program server network algorithm app database internet phone',
    lines: [
      'A system is {easiest|best} understood at the {moment|point} where it {fails|breaks}, which is {also|unfortunately} the {worst|least convenient} moment to begin.',
      'What {looks|seems} like {speed|simplicity} from outside is {usually|mostly} {work|effort} that has been {moved|done} somewhere else.',
      'Every {useful|good} design {hides|conceals} a {number|list} of things that were {deliberately|carefully} left out.',
      'The {details|edges} are where such things {succeed|hold} or {fail|give way}, and it is there that {attention|care} repays itself.',
      'It is {rarely|seldom} the {clever|complicated} part that {matters|counts} in the end, but the part that can be {relied on|explained}.',
    ],
  },
  {
    words: 'colour colours color red blue green white black yellow grey gray scarlet',
    lines: [
      'A colour is {remembered|kept in mind} when {shape|outline} and {name|number} have gone.',
      'The eye {takes|reads} colour as a {kind|sort} of {mood|news}, {before|long before} it asks what {thing|object} it belongs to.',
      'One {strong|definite} note of colour will {put|set} all that {stands|lies} near it in order.',
    ],
  },
  {
    words: 'ball football match race goal score sport',
    lines: [
      'In {a contest|play} people {show|reveal} what they are {like|made of} sooner than in {conversation|earnest}.',
      'Rules {make|leave} room for {daring|surprise} by {fixing|settling} everything else.',
      'A {result|score} is a {short|brief} summary of a great deal that {nobody|no one} wrote down.',
    ],
  },
];
