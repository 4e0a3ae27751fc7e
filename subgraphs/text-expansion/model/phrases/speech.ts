/** A narrator's sentence after somebody's words, with a thing (`%n`) that the words named. */
export const afterWordsAbout: readonly string[] = [
  'The mention of the %n [was/is] not {lost|wasted} on {anyone|whoever} who {heard|caught} it.',
  'For a {moment|little while} the %n [seemed/<seems~seem>] to stand {in the midst|at the centre} of the talk.',
  'It [was/is] the %n that {stayed|remained} behind when the rest of the {remark|sentence} had {passed|gone by}.',
  'The words about the %n [were/are] {given|allowed} {time|a moment} to {settle|sink in}.',
  'A short {silence|pause} [followed/follows], and in it the %n [seemed/<seems~seem>] to {gain|grow} in importance.',
  'Spoken of in {that way|those words}, the %n [took/<takes~take>] on a {meaning|look} that had not been there {before|a moment earlier}.',
  'There [was/is] a {slight|small} {stress|weight} upon the mention of the %n, or it may only have {seemed|sounded} so.',
  'If there [was/is] {one thing|anything} in this to {hold on to|remember}, it [was/is] the %n.',
  'The %n [had been/<has been~have been>] {named|brought up}, and the {talk|conversation} [could/can] not go on {quite|altogether} as before.',
  'It [was/is] {plain|clear} that the %n [counted/<counts~count>] for something.',
  'One [could/can] {picture|imagine} the %n {clearly|well} enough from so few words.',
  '{So|Thus} the %n [came/<comes~come>] into it, {quietly|in passing}, as {important|weighty} things {often|sometimes} do.',
  'What was {said|meant} by the %n [needed/needs] no {explaining|further explanation} just then.',
  'About the %n {nothing|no more} [was/is] added, and the {omission|brevity} [had/has] its effect.',
  'The {thought|notion} of the %n [hung/hangs] for an instant in the air.',
  'A {listener|hearer} might [have let/let] the rest go by, but {hardly|not} the %n.',
];

/** A narrator's sentence after somebody's words. */
export const afterWords: readonly string[] = [
  'The words [were/are] {plain|simple} enough, and they [were/are] left to do their own work.',
  '{There|Here there} [was/is] a {short|brief} pause, of the kind that {follows|comes after} something {definite|understood}.',
  'It [was/is] {said|spoken} without {emphasis|display}, and [lost/loses] nothing by that.',
  'The {remark|sentence} [seemed/seems] to {stand|remain} in the air a little after it [had been/has been] {made|spoken}.',
  'Nothing in the {manner|tone} of it [asked/asks] for {agreement|applause}, and {agreement|applause} [was/is] not {offered|pressed}.',
  'There [was/is] {more|a little more} {in the tone|behind the words} than {in the words themselves|they quite expressed}.',
  'It {may|might} have been a {chance|passing} remark; it [did/does] not {sound|fall} like one.',
  'The {talk|conversation} [moved/moves] on, but {something|a part} of this [stayed/stays] where it [was/is].',
  'For a {second|moment} {nobody|no one} [seemed/seems] {inclined|in any hurry} to {add|go beyond} anything to it.',
  'So much [was/is] {clear|plain}; the rest [lay/lies] between the {lines|words}.',
  'It [was/is] the {kind|sort} of {remark|thing} that {means|says} more to some {ears|hearers} than to others.',
  'That [settled/settles] {one|a} point, and {perhaps|possibly} [raised/raises] {another|two more}.',
  'The {answer|meaning} [could/can] be {read|taken} in more {ways|senses} than one, as {such|these} things {generally|commonly} can.',
  'And with that a {little|small} {piece|part} of the matter [fell/falls] into {its place|place}.',
  '{Brief|Short} as it [was/is], it [told/tells] something of {whoever|the person who} said it.',
  'These things are {sooner|more quickly} said than {weighed|considered}, and there [was/is] {some|a little} {weighing|considering} to be done.',
  'It [was/is] {put|offered} as if there {could be|were} no two {opinions|ways} about it.',
  '{Something|A certain something} in the {voice|way it was put} [made/makes] it {hard|difficult} to {let it pass|take lightly}.',
  'The {point|matter} [was/is] not {pursued|laboured}, nor [did/does] it need to be.',
  'To hear it {said|put} so [was/is] to {see|understand} it a little {better|differently}.',
  'There are {replies|remarks} to which nothing need be {joined|added}, and this [was/is] {very nearly|perhaps} one of them.',
  'It [had/has] {the sound|the ring} of something {considered|thought over} {long|well} before it [was/is] {uttered|spoken}.',
  'A {moment|breath} [passed/passes], and the meaning [seemed/seems] to {settle|arrange itself} in it.',
  'If there [was/is] anything {further|else} to be drawn out of it, it [was/is] {left|kept} for {later|another time}.',
  'One [could/can] not have {said|put} it in {fewer|shorter} words, nor {perhaps|easily} in better.',
  'The {exchange|talk} [had/has] {by now|already} a {direction|temper} of its own.',
];

/** A narrator's sentence after somebody's question. */
export const afterQuestion: readonly string[] = [
  'The question [was/is] {a simple|an easy} one to {ask|put}, and it [was/is] allowed to {stand|wait} a moment.',
  'It [was/is] {asked|put} {directly|without preamble}, as {questions|such things} {should|ought to} be.',
  'There [was/is] {something|a hint} in the question of the answer that [was/is] {hoped|looked} for.',
  'A question of that {kind|sort} {alters|shifts} the {balance|footing} of a {talk|conversation}.',
  'Not every question {wants|calls for} an answer, but this one [did/does].',
  'The {asking|manner} of it [said/says] {nearly|almost} as much as {any|an} answer could.',
  'For the {space|length} of a breath the question [had/has] the {floor|field} to itself.',
  'It [was/is] the {obvious|natural} thing to ask, and {for that reason|therefore} {well|quite} worth asking.',
  'Much [would/will] {depend|turn} on how that [was/is] {taken|met}.',
  'So the question [was/is] out, and [could/can] not be {called back|taken in again}.',
];

/** A narrator's sentence after somebody's exclamation. */
export const afterExclamation: readonly string[] = [
  'The {outburst|exclamation} [left/leaves] a {small|short} silence {behind it|in its wake}.',
  'There [was/is] no {mistaking|doubting} the {feeling|force} in it.',
  'It [broke/breaks] out {before|sooner than} it could {well|possibly} have been {weighed|considered}.',
  'The {warmth|energy} of it [was/is] {catching|not to be mistaken}.',
  'Words like these {carry|bring} their own {weather|temperature} with them.',
  'It [was/is] {more|rather more} than {ordinary|common} talk, and it [was/is] {felt|taken} as {more|such}.',
  'So {strong|sudden} a note [could/can] not {help but|fail to} be {heard|noticed}.',
];

/** Between two sentences of one speech, about nobody in particular. */
export const pauses: readonly string[] = [
  'There [was/is] a {short|brief|slight} pause.',
  'The {voice|talk} [stopped/stops] for a moment, and then [went/goes] on.',
  'Here the {talk|speech} [slackened/slackens] a little, as if to {choose|find} its {way|ground}.',
  'A {breath|moment} [was/is] taken before {the rest|what followed}.',
  'This much [was/is] {said|spoken} slowly; the rest [came/comes] {rather|a little} faster.',
  'The {remark|sentence} [had/has] time to {settle|take effect} before the next [came/comes].',
  'It [was/is] {said|put} in the {tone|manner} of one who {numbers|counts} off points.',
  'Then, after {an interval|a moment}, {the thread|the subject} [was/is] taken up again.',
  'There [was/is] {time|room} for that to be {understood|weighed}.',
  'No one [broke/breaks] in, and the {account|speech} [continued/continues].',
  'A {word|sentence} or two might have been {put in|said} here, but nobody [spoke/speaks].',
  'The {tone|voice} [dropped/drops] a little, and [rose/rises] again with what [came/comes] next.',
  'It [was/is] {left|allowed} to {stand|rest} there for the {length|space} of a breath.',
  'The {next|following} words [came/come] only after some {thought|reflection}.',
  'For a {moment|second} it [seemed/seems] that this [was/is] {all|the end of it}.',
  'There [was/is] a {glance|look}, {perhaps|it may be}, to see how that had been {taken|understood}.',
  'What [followed/follows] [was/is] {said|spoken} in the same {even|level} {tone|manner}.',
  'The {interval|gap} [was/is] {hardly|scarcely} long enough to be {called|counted} a silence.',
];

/** Between two sentences of one speech, when it is known who speaks (`%w`). */
export const speakerPauses: readonly string[] = [
  '%w [paused/pauses], and [seemed/seems] to {weigh|consider} what [came/comes] next.',
  '%w [let/lets] that {stand|rest} a moment before going on.',
  '%w [waited/waits] for the words to {settle|have their effect}.',
  '%w [went/goes] on, {more slowly|after a moment}.',
  '%w [seemed/seems] to {look|reach} for the {right|exact} word, and to {find|come upon} it.',
  '%w [stopped/stops] there, though {only|merely} to take {breath|up the thread again}.',
  '%w [spoke/speaks] as {one|somebody} who has {been over|gone over} the thing more than once.',
  '%w [left/leaves] a {short|small} silence after that, and then [filled/fills] it.',
  '%w [gave/gives] the point its {due|full} weight and [passed/passes] to the next.',
  '%w [appeared/appears] to {measure|test} the effect of this before adding to it.',
  '%w [was/is] {silent|quiet} for the {space|length} of a breath.',
  '%w [did/does] not {hurry|rush} over what [followed/follows].',
  '%w [took/takes] the next {step|part} of it {with more care|more carefully}.',
  '%w [kept/keeps] to the {point|thread}, though it [was/is] plain that there [was/is] more to tell.',
];

/** A speaker's remarks in the same breath, about a thing (`%n`) of which they spoke. */
export const saidAbout: readonly string[] = [
  'I {mention|speak of} the %n because <it~they> may {yet|well} prove to matter.',
  'I should not like the %n to be {forgotten|passed over}.',
  'Keep the %n in mind, if you {will|please}.',
  'There is {more|something more} to be said about the %n, I {think|believe}.',
  'As for the %n, one might {think|talk} about %them for {a long time|an hour}.',
  'You will see why I {dwell|insist} upon the %n.',
  'It is the %n that I {keep|find myself} coming back to.',
  'I lay {some|a little} stress upon the %n, as you {notice|see}.',
  'The %n, you will {allow|agree}, <is~are> not a thing to be {dismissed|waved away}.',
  'I should {give|attach} {some|a good deal of} weight to the %n myself.',
  'Think of the %n, and the rest {follows|comes} of itself.',
  'I say nothing {more|further} of the %n for the moment.',
];

/** A speaker's remarks in the same breath, whatever they spoke of. */
export const saidAnyway: readonly string[] = [
  'That, at least, is how {it appears|the matter looks} to me.',
  'I put it as {plainly|simply} as I can.',
  'You may {take|accept} that for what it is worth.',
  'I say no more than I {know|mean}.',
  'That is the {long and the short|sum} of it, so far.',
  'I should {not|hardly} care to put it more strongly.',
  'You will {follow|understand} me, I {think|hope}.',
  'I have {thought|considered} about how to say it, and can find no better way.',
  'It is a {simple|plain} thing, when one {looks at|comes to} it.',
  'There it is, and one must {make|do} what one can {of|with} it.',
  'One might say a good deal more, but that is the {heart|substance} of it.',
  'I do not think that I {exaggerate|put it too high}.',
  'It {sounds|may sound} a {little|small} matter, and {perhaps|it may be that} it is.',
  'I {tell|give} it to you as it {comes|stands}.',
  'You will {forgive|excuse} me if I {dwell|linger} on it.',
  'That is {worth|well worth} {remembering|bearing in mind}.',
];
