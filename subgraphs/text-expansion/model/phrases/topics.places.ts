import type { Topic } from './topic.ts';

/** Topics of houses, streets, weather and the hours, wherever they come up. */
export const placeTopics: readonly Topic[] = [
  {
    words: 'door doors doorway gate gates threshold',
    lines: [
      'A closed door {asks|puts} a question {of its own|without a word}, and an open one {seldom|rarely} answers {all of it|the whole of it}.',
      'There is {always|ever} a moment at a door when {a thing|a matter} may still be left as it is, and then the moment {passes|is gone}.',
      'One {learns|can learn} a good deal from the way a door is {opened|shut}, for {haste|hurry} and {doubt|hesitation} each have a manner of their own.',
      'Doors are {humble|modest} things, and yet {most|a great part} of what {matters|counts} in a life has to pass {through one|by way of one}.',
      'On one side of a door everything is {known|familiar}, and on the other side {anything|almost anything} may be {waiting|so}.',
    ],
  },
  {
    words: 'key keys lock locks bolt bolted locked',
    lines: [
      'A lock keeps out the honest {first of all|above all}, and it tells {everyone else|the rest} that there is something worth {reaching|having}.',
      'Whoever holds {the key|a key} holds {more than metal|something more than a piece of metal}, for {trust goes with it|a trust comes with it}.',
      'It is {curious|odd} how much {confidence|trust} people will place in {so small a thing as a key|a key and the turning of it}.',
      'What is {shut away|locked up} with care has, by that very care, been {pointed out|marked as precious}.',
    ],
  },
  {
    words: 'window windows blind blinds shutter shutters curtain curtains',
    lines: [
      'A window {works|looks} in both directions, which is {easily|often} forgotten by those who sit behind it.',
      'From a window the world {seems|appears} a little {smaller|further away}, and for that reason a little {easier|simpler} to judge.',
      'There are {rooms|houses} that give away nothing {except|but} what can be read {at the window|from their windows}, and that is {often|sometimes} enough.',
      'Glass {keeps out|holds back} the wind but not the eye, and {still less|least of all} the {curious|idle} one.',
      'To stand at a window is {half way|already half way} to being {somewhere else|out of doors}.',
    ],
  },
  {
    words: 'fire hearth fireplace flame flames coals embers',
    lines: [
      'A fire {gives|lends} a room {something|a thing} to look at, and leaves {the talk|everybody’s thoughts} free to wander.',
      'There is {no better|hardly a better} companion for {thinking|a train of thought} than a fire, since it is {never quite|never} still and {never in a hurry|asks for nothing}.',
      'By firelight even {plain|ordinary} things {take on|acquire} a {certain|kind of} depth, as if each {had|kept} a history.',
      'Warmth makes people {candid|frank}, and a good fire has {drawn out|loosened} more {confidences|confessions} than many a clever question.',
      'Flames {have a way of repeating|repeat} themselves without ever {being the same twice|growing dull}.',
    ],
  },
  {
    words: 'lamp lamps lantern lanterns candle candles lamplight gaslight',
    lines: [
      'A single light does not so much {drive off|banish} the dark as {show|make plain} how much of it there is.',
      'What {lies|stands} within the circle of a lamp is seen {twice as clearly|all the better} because {all the rest|everything else} is hidden.',
      'A little light, {held|kept} steady, is {worth more|of more use} than a great blaze that {comes and goes|flickers}.',
      'By {lamplight|the light of a lamp} the hour {loses|gives up} its edges, and it might be {late or early|any time at all}.',
    ],
  },
  {
    words: 'light sunlight sunshine ray rays gleam glow',
    lines: [
      'Light is {impartial|no respecter of things}: it falls on what is {sought|wanted} and on what would {rather|sooner} be overlooked.',
      'A change of light will {often|sometimes} show in an instant what {an hour of study|long looking} has missed.',
      'There is a {kind|sort} of light in which {nothing|no detail} seems {unimportant|without its use}.',
      'Where the light {comes from|falls}, the eye {goes|follows}, and the {mind|attention} is not far behind.',
    ],
  },
  {
    words: 'night nights midnight tonight',
    lines: [
      'Things are said at night that would not be {said|spoken} by day, and {thought of|considered} that would not be {thought of|considered} at all.',
      'The night has {a way of|its own way of} making {small|slight} sounds {large|important} and large {worries|questions} larger still.',
      'After dark {a distance|the shortest distance} is measured less by {paces|steps} than by {nerve|patience}.',
      'What {seems|looks} certain at night may {look|seem} doubtful by daylight, and the {reverse|opposite} is {just as|no less} true.',
      'There is a {privacy|solitude} about the night hours that {no locked door|no wall} can quite equal.',
    ],
  },
  {
    words: 'darkness gloom blackness',
    lines: [
      'In the dark the other senses {wake|come forward} one by one, and each has its own {report|story} to make.',
      'Darkness {hides|conceals} nothing for very long from those who are {willing|content} to wait in it.',
      'What cannot be seen is {soon|quickly} peopled by the {fancy|imagination}, and {seldom|not often} kindly.',
      'There are {degrees|shades} of darkness, as anyone {knows|learns} who has had to {sit through|wait in} one.',
    ],
  },
  {
    words: 'morning mornings dawn sunrise breakfast',
    lines: [
      'Mornings have a {plainness|directness} about them, and {problems|troubles} that {seemed|looked} endless overnight are apt to shrink.',
      'There is a {clearness|sharpness} in the early hours which the rest of the day {spends|wears away} little by little.',
      'A morning {begins|starts} by promising {everything|a great deal}, and it is {never|not} to blame for what is made of it.',
      'Much is {decided|settled} over breakfast that is afterwards {put down|credited} to long reflection.',
    ],
  },
  {
    words: 'evening evenings dusk twilight sunset afternoon',
    lines: [
      'Towards evening the day {begins to give|gives} an account of itself, and {some|many} of the items come as a surprise.',
      'The end of {the|a} day is a {natural|proper} time for {adding up|taking stock}, and few people can resist it.',
      'As the light {goes|fails}, talk {grows|becomes} slower, and {often|sometimes} more {honest|to the point}.',
      'An evening may be {long or short|any length at all}, according to what one is {waiting for|hoping for}.',
    ],
  },
  {
    words: 'rain storm storms weather thunder shower gale',
    lines: [
      'Weather {of that kind|like that} has a {voice|temper} of its own, and {indoors|under a roof} one listens to it {whether one will or not|in spite of oneself}.',
      'Rain {sends|drives} people indoors and into their own {thoughts|company}, {where|and there} a good deal {begins|is found}.',
      'Nothing {levels|equalises} the high and the low so {quickly|thoroughly} as {bad weather|a wet day}.',
      'The weather is {nobody’s|no one’s} fault, which is {perhaps|no doubt} why it is {blamed|talked of} so freely.',
    ],
  },
  {
    words: 'wind breeze fog mist snow frost ice',
    lines: [
      'Cold {air|weather} has the {merit|virtue} of sharpening {whatever|anything} it does not {numb|dull}.',
      'In {such|that kind of} air sounds {carry|travel} strangely, and what is {near|close at hand} may seem {far off|a long way away}.',
      'The season {leaves|puts} its mark upon {every errand|everything that is done in it}, and {hurries|slows} the step accordingly.',
      'Nature takes no {side|part} in {human affairs|what people do}, but she {supplies|sets} the scene with {great|unfailing} care.',
    ],
  },
  {
    words: 'street streets road roads lane avenue pavement alley',
    lines: [
      'A street is {many|several} places at once, and everyone who walks along it {sees|knows} a different one.',
      'Roads {remember|keep} very little of those who {use|pass along} them, and perhaps it is {as well|better so}.',
      'It is {in the street|out of doors} that a {private|hidden} purpose is {safest|best kept}, for there nobody {looks twice|stops to ask}.',
      'Every road {leads|goes} somewhere, though it is not always the place that the traveller {had|has} in mind.',
      'There is a {rhythm|pulse} to a street which one {feels|notices} only when it {falters|changes}.',
    ],
  },
  {
    words: 'house houses home cottage villa mansion lodge lodgings household',
    lines: [
      'A house {takes|borrows} its character from those who {live|dwell} in it, and {gives|pays} some of it back {in time|with the years}.',
      'Every household has its {rules|customs}, and the ones {never spoken of|that are never mentioned} are {kept|observed} the best.',
      'From {outside|the road} one house is {much|very} like another, and that is {exactly|just} how most of them {wish|like} it.',
      'A home is {known|judged} less by its rooms than by what is {done|said} in them when no one {calls|is watching}.',
      'Walls {hear|overhear} a great deal, and it is {fortunate|as well} that they {repeat so little|keep it to themselves}.',
    ],
  },
  {
    words: 'room rooms chamber bedroom parlour apartment',
    lines: [
      'A room {describes|betrays} its owner more {fairly|truthfully} than {any friend|most friends} would {dare|care} to.',
      'In {every|any} room there is one {spot|place} to which the eye {returns|keeps returning}, and it is worth {asking|knowing} why.',
      'The {arrangement|order} of a room is a {kind|sort} of habit made {visible|solid}.',
      'Rooms {keep|hold} something of what has {happened|been said} in them, or so it is {easy|natural} to believe.',
    ],
  },
  {
    words: 'hall passage corridor stairs stair staircase steps cellar landing',
    lines: [
      'One {listens|attends} on a staircase as one {does|listens} nowhere else, because {whatever comes|anything that comes} must come {slowly|step by step}.',
      'The {parts|corners} of a house that are only {passed through|used on the way} {often|frequently} know the most {of what goes on|about it}.',
      'A {passage|flight of stairs} is neither one place nor the other, and {thoughts|one’s thoughts} tend to change {there|on the way}.',
      'It is {surprising|strange} how seldom people look {closely|twice} at the places they {pass|walk through} every day.',
    ],
  },
  {
    words: 'wall walls floor ceiling corner corners roof',
    lines: [
      'The {plain|bare} surfaces of a {place|room} are {the last|seldom the first} to be {looked at|examined}, and {sometimes|now and then} the most worth it.',
      'What is {solid|built to last} is easily taken {on trust|for granted}, and so goes {unexamined|without a second look}.',
      'Between {four walls|the floor and the roof} a {small|whole} world can be {kept|carried on}, with laws of its own.',
      'A corner {offers|gives} {shelter|room} to whatever would {rather|sooner} not be {asked about|in the middle of things}.',
    ],
  },
  {
    words: 'city town metropolis london village neighbourhood',
    lines: [
      'A great many lives {go on|are lived} side by side in {such a place|a town}, and {touch|meet} only by {accident|chance}.',
      'There is no {solitude|loneliness} like that of {a crowded place|crowds}, and no {privacy|hiding-place} so complete.',
      'Places {of that kind|like that} are made less of stone than of {habit|custom} and {talk|rumour}.',
      'Every {neighbourhood|quarter} has a {face|manner} that it shows to strangers and another that it {keeps|saves} for itself.',
    ],
  },
  {
    words: 'country countryside hill hills moor valley wood woods forest',
    lines: [
      'Open country {gives|lends} an impression of {frankness|candour} which it does not always {deserve|earn}.',
      'In the country {news|word} travels by {odd|slow} roads, and yet {arrives|gets there} before anyone {expects|sends} it.',
      'A landscape {is|seems} {indifferent|deaf} to {haste|hurry}, and it {ends|finishes} by teaching the same {lesson|calm} to those who cross it.',
      'The further one {goes|is} from {the town|houses}, the more {each|every} small sign of {life|people} {means|matters}.',
    ],
  },
  {
    words: 'garden gardens lawn tree trees flower flowers grass rose roses leaf leaves',
    lines: [
      'Growing things {keep|hold} to a calendar of their own and {are not to be|cannot be} hurried by {anyone’s|human} affairs.',
      'A garden {shows|tells} at a glance whether {patience|care} lives {there|near by}.',
      'There is {a comfort|something restful} in things that {grow|flourish} without being {watched|told to}.',
      'Trees {outlast|outlive} most {quarrels|purposes}, and have the {dignity|look} of {knowing|remembering} it.',
    ],
  },
  {
    words: 'river sea ocean lake pool stream water boat ship shore harbour',
    lines: [
      'Water {gives|hands} back whatever {looks|bends} over it, and {keeps|says nothing of} what {lies|has sunk} below.',
      'One cannot {watch|look at} moving water {for long|very long} without feeling that {time|the hour} is moving {too|with it}.',
      'Whatever is {carried|borne} by water {seems|appears} to have {been decided|made up its mind} already.',
      'There is no {arguing|bargaining} with the tide, and {some|a certain} peace in {knowing|admitting} it.',
    ],
  },
  {
    words: 'sky sun moon star stars cloud clouds',
    lines: [
      'The sky {puts|sets} every {trouble|errand} in proportion, {if only|provided that} one {remembers|takes the time} to look up.',
      'Overhead the {same|old} slow procession [went/goes] on, {whatever|no matter what} [was/is] done below.',
      'There is something {steadying|calming} in {lights|things} so {distant|far off} that {nobody|no one} can {own|hurry} them.',
      'A {change|turn} in the sky is {noticed|felt} by people who would {deny|never admit} having looked at it.',
    ],
  },
  {
    words:
      'train station railway cab carriage hansom dogcart brougham car bus journey travel horse horses wheels',
    lines: [
      'A journey {divides|cuts} a day in two, and the {person|traveller} who arrives is never {quite|altogether} the one who {set out|left}.',
      'There is {nothing|little} to be done while one is {carried along|on the way} but {think|look out and think}, and that is {half|no small part of} the use of it.',
      'On the road {small|slight} delays {count|weigh} for more than {great|large} distances.',
      'The {sound|noise} of wheels has {a way of falling|its own way of falling} in with whatever is {in the mind|being thought}.',
      'To be {in motion|on the move} is {not the same as to be|not yet to be} nearer the end, though it {feels|seems} so.',
    ],
  },
  {
    words: 'crowd crowds throng audience group party',
    lines: [
      'A number of people together {will do|may do} what not one of them would {dream of|think of} alone.',
      'In a crowd each {face|person} is hidden by all the {others|rest}.',
      'Among many {people|voices} the one worth {hearing|following} is {seldom|rarely} the loudest.',
      'Being among others {changes|alters} everybody a little, and {some|a few} people {altogether|entirely}.',
    ],
  },
  {
    words: 'world earth universe',
    lines: [
      'The world is {wide|large}, but it {meets|comes to} each of us in {small|very small} pieces.',
      'It is {always|forever} a little {humbling|sobering} to be {reminded|shown} how much of the world {goes on|manages} without us.',
      'There is {more|far more} in the {ordinary|common} run of things than {any|one} lifetime can {exhaust|look into}.',
      'Nature {often|freely} repeats herself in {great|large} things, and {never quite|hardly ever} in little ones.',
    ],
  },
];
