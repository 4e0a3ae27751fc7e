/**
 * The offline writer's sentences. Each stands after sentences of any story, takes up what they name, and claims no more than
 * holds of such a thing in any story. `[was|is]`: the verb in a story of the past, and of the present.
 */

/** Sentences on what a sentence of narration has just named: after `:`, in place of `{n}`, its name (“the water”). */
export const DWELLINGS = `
rain: The sound of {n} [was|is] on everything it [touched|touches].
rain: {n} [found|finds] its way down every edge, drop after drop.
rain: Under the sound of {n} the other sounds [were|are] smaller.
wind breeze: {n} [came and went|comes and goes], and whatever [was|is] loose [moved|moves] with it.
wind breeze: There [was|is] a moment when {n} [drew|draws] breath, and then it [went|goes] on.
wind breeze: Somewhere something loose [knocked|knocks] in {n}, twice, and then again.
storm: Between one gust and the next there [was|is] room to hear the quiet.
fog mist: {n} [softened|softens] every edge it [reached|reaches].
fog mist: What [was|is] near [was|is] plain enough, and what [was|is] far [was|is] only {n}.
snow frost: {n} [lay|lies] alike on everything that [would|will] hold it.
snow: Every step [left|leaves] its shape in {n}.
ice: What light there [was|is] [went|goes] a little way into {n} and [came|comes] back.
water river sea lake ocean pond canal harbour harbor stream: What light there [was|is] [lay|lies] in pieces on {n}.
water river sea lake ocean pond stream: {n} [moved|moves], and [made|makes] the small sounds that water makes.
water river sea lake pond stream: Whatever {n} [carried|carries], it [carried|carries] without hurry.
water river sea lake ocean pond: The colour of {n} [was|is] the colour of whatever [was|is] above it.
river stream: Where {n} [had|has] been a moment before, there [was|is] other water.
waves: Between one wave and the next there [was|is] a breath of quiet.
beach shore sand: The last of the water [drew|draws] a dark line along {n}.
boat ship ferry canoe: Even at rest {n} [moved|moves] a little with the water.
boat boats ship ships ferry quay pier dock: Under {n} the water [rose|rises] a little and [sank|sinks] a little.
boat ship ferry: There [was|is] the sound of water along the side of {n}.
boats ships: There [was|is] the knock of wood on wood among {n}.
boats ships: {n} [turned|turn] a little, all together, and [turned|turn] back.
oar oars: A few drops [ran|run] along {n} and [fell|fall].
net nets: There [was|is] a smell of salt and of weed.
sky: {n} [went|goes] on behind everything else.
sky: There [was|is] a great deal of {n}, and nothing in it [hurried|hurries].
cloud clouds: The shadow of {n} [passed|passes] over the ground and [went|goes] on.
stars: They [had|have] been there before anyone [looked|looks] up.
moon moonlight: By the light of {n} things [had|have] their shapes and not their colours.
sun sunlight: One side of everything [was|is] warm with {n}.
sun sunlight: Where {n} [fell|falls], the dust in the air [showed|shows] itself, turning.
sun sunlight: {n} [had|has] moved by the width of a finger.
dawn: The edges of things [came|come] first, and then the things.
dusk twilight: The colours [went|go] out of things one by one.
dark darkness: In {n} what [was|is] near [was|is] a shape, and what [was|is] far [was|is] nothing at all.
dark darkness: Every sound in {n} [was|is] a little nearer than it would be by day.
dark darkness: It [was|is] easier to hear in {n} than to see.
shadow shadows: The edge of {n} [moved|moves] as slowly as the light.
light: {n} [lay|lies] along the edges of things.
light: What {n} [did|does] not reach [kept|keeps] to itself.
light: {n} [moved|moves] so slowly that it [seemed|seems] not to.
air: There [was|is] a coolness in {n} that [came and went|comes and goes].
air: Something [came|comes] through {n}, a scent or the end of one, and [was|is] gone.
smoke steam: {n} [rose|rises], and [thinned|thins], and [was|is] air.
fire hearth fireplace: {n} [moved|moves] without going anywhere.
fire hearth fireplace flame flames: The warmth of {n} [reached|reaches] a little way and no further.
fire hearth fireplace: Something in {n} [shifted|shifts], and a few sparks [went|go] up.
fire hearth fireplace: The shadows in front of {n} [were|are] never quite the same twice.
fire hearth fireplace: {n} [made|makes] its small sounds, and none of them twice.
coal coals embers ashes: Here and there {n} [gave|give] a small dry sound.
lamp lantern candle: Past the edge of the light from {n} there [were|are] only shapes.
lamp lantern candle: {n} [gave|gives] everything near it a second, darker outline.
lamp lantern candle: The flame of {n} [leaned|leans] a little and [stood|stands] up again.
lamps lanterns candles: Between the lights of {n} there [was|is] the dark, and then the next light.
window windows glass: There [was|is] a faint reflection in {n}, and the rest of the world behind it.
window windows windowsill: The world [had|has] its small sounds on the far side of {n}.
window windows: What light there [was|is] [came|comes] in by {n} and [lay|lies] on the floor in a long shape.
curtain curtains: A little air [moved|moves] the hem of {n}.
curtain curtains: There [was|is] a brighter line where {n} [did|does] not quite meet the wall.
blinds shutters: Light [came|comes] through {n} in narrow bars.
mirror: {n} [gave|gives] back the room the other way round.
door gate: {n} [had|has] on it the mark of every hand that [had|has] pushed it.
door doorway: A thin draught [ran|runs] along the foot of {n}.
door: Through {n}, faintly, [came|come] the sounds of the rest of the house.
door: The handle of {n} [was|is] worn brighter than the rest.
door doorway: What [was|is] on the other side of {n} [went|goes] on without a sound.
door: The hinges of {n} [had|have] a small voice of their own.
lock key: {n} [was|is] cool to the touch, as metal is.
key lock: There [was|is] the small click of metal.
stairs staircase steps: Each step [had|has] a sound of its own.
stairs staircase ladder: From above it [was|is] always a longer way down than it [was|is] up.
stairs staircase: The rail of {n} [was|is] smooth from all the hands that [had|have] gone up by it.
hall hallway corridor: In {n} a sound [arrived|arrives] a little before whoever [made|makes] it.
hall hallway corridor: The far end of {n} [was|is] darker than the near one.
hall hallway corridor: Footsteps [were|are] louder in {n} than anywhere else.
room bedroom parlour parlor library sitting-room: {n} [had|has] its own quiet, under whatever sounds there [were|are].
room cottage cabin hut house: Somewhere in {n} a board [settled|settles].
room bedroom parlour parlor library sitting-room apartment: The corners of {n} [kept|keep] a little of the dark.
room bedroom parlour parlor library sitting-room apartment: Voices [sounded|sound] smaller in {n} than they [were|are].
kitchen: {n} [smelt|smells] faintly of the last meal and the one before it.
kitchen: Something in {n} [dripped|drips], and after a while [dripped|drips] again.
stove oven: The warmth [came|comes] off {n} in slow waves.
kettle: The small sounds of {n} [went|go] on.
house cottage: The windows of {n} [had|have] the sky in them.
house cottage: {n} [had|has] all its usual small sounds.
house cottage: There [was|is] somebody’s footstep in another part of {n}, or only the wood.
floor: {n} [was|is] worn in the places where most feet [had|have] gone.
floor: What light there [was|is] [lay|lies] along the boards.
wall walls: Every sound [came|comes] back a little from {n}.
wall walls: The shadows on {n} [were|are] larger than what [threw|throws] them.
ceiling: There [were|are] fine cracks in {n}, like a map of rivers.
roof: Above {n} there [was|is] nothing but weather.
table desk counter: There [were|are] small marks on {n}, each of them left by something.
table desk: What light there [was|is] [lay|lies] flat along {n}.
table desk counter: The edge of {n} [was|is] worn smooth where people [leaned|lean].
table: Everything on {n} [had|has] its own small shadow beside it.
table desk: A line of shadow [ran|runs] along under the edge of {n}.
chair bench bed: {n} [gave|gives] its small creak.
chair armchair couch sofa: There [was|is] a hollow in {n}, deeper on one side.
armchair sofa: {n} [kept|keeps] the shape of whoever [had|has] sat in it longest.
bed sheets blanket blankets: The folds of {n} [had|have] their own hills and valleys.
bed: What light there [was|is] [lay|lies] over the foot of {n}.
shelf shelves bookcase: There [was|is] a little dust along {n}, and cleaner shapes where things [had|have] been moved.
shelf mantelpiece: There [was|is] a row of small shadows along {n}.
bookcase books ledgers library: There [was|is] the dry smell of paper.
book ledger notebook: The pages of {n} [were|are] a little darker at their edges.
book books: There [was|is] the faint smell of paper and of glue.
page paper sheet: A corner of {n} [had|has] begun to curl.
paper page pages papers sheet: There [was|is] a small dry rustle as {n} [moved|moves].
letter envelope: The folds [were|are] sharp in the paper.
letter envelope: {n} [weighed|weighs] almost nothing.
newspaper: The print of {n} [came|comes] off a little on the fingers.
photograph photographs: In {n} it [was|is] still the same moment.
pen pencil: There [was|is] the small dry sound that {n} [made|makes] on paper.
box trunk drawer suitcase: {n} [smelt|smells] of whatever [had|has] been longest in it.
basket bucket: The handle of {n} [had|has] worn smooth in the middle.
bag sack purse: {n} [kept|keeps] the shape of what [was|is] in it.
cup mug plate dish bowl: {n} [made|makes] its small sound when it [was|is] set down.
cup glass: A point of light [moved|moves] on the rim of {n}.
cups mugs plates dishes: There [was|is] the small clink of one thing against another.
tea coffee soup: The smell of {n} [was|is] there before the taste of it.
bread loaf: The smell of {n} [was|is] warm and a little sour.
apple apples fruit: There [was|is] the smell that {n} [gave|give] to a cool room.
bottle bottles glasses: What light there [was|is] [went|goes] through {n} and [lay|lies] on the other side.
clock: {n} [went|goes] on counting.
clock watch: Between one tick of {n} and the next there [was|is] a very small silence.
clock: The hands of {n} [were|are] not where they [had|have] been.
bell bells: The sound of {n} [took|takes] a while to be over.
bell: For a moment after {n} every other sound [was|is] small.
song music: The last note of {n} [stayed|stays] a little longer than the others.
coat jacket cloak sweater: {n} [kept|keeps] the shape of the shoulders that [wore|wear] it.
coat overcoat cloak: There [was|is] the smell of weather in the cloth of {n}.
dress skirt robe sleeve apron: The cloth [moved|moves] a moment after whatever [moved|moves] it.
hat bonnet: There [was|is] a line of shade under the brim of {n}.
boots shoes boot shoe: The leather [had|has] creased where it [bent|bends].
ring coin coins: What light there [was|is] [found|finds] {n}.
rope string: {n} [gave|gives] a little, and then it [held|holds].
road street lane alley highway: {n} [went|goes] on past the place where it [could|can] be seen.
street streets alley pavement: Every footstep [had|has] an echo half a step behind.
street streets pavement: The sound of wheels [came|comes] from some way off.
street streets city town: Above the roofs there [was|is] a strip of sky.
street streets pavement: Somebody’s footsteps [came|come] along {n}, and [went|go] by, and [grew|grow] small.
street streets: Further down {n} a door [opened|opens] and [closed|closes].
path footpath: {n} [was|is] worn to the width of one person.
path lane: The grass on either side of {n} [leaned|leans] in a little.
mud dust gravel soil earth: {n} [kept|keeps] the print of whatever [crossed|crosses] it.
bridge: One end of {n} [was|is] here, and the other [was|is] over there.
town village city square: From somewhere in {n} there [came|comes] a sound, and then it [stopped|stops].
market inn pub: The voices in {n} [ran|run] together into one.
crowd: Out of all its voices {n} [made|makes] the one sound that crowds make.
crowd: Somewhere in {n} somebody [laughed|laughs], and somebody [coughed|coughs].
church chapel: {n} [smelt|smells] of stone and wax.
churchyard grave graves: The grass [moved|moves] between the stones.
platform: The far end of {n} [was|is] smaller than the near one.
station platform: There [was|is] the smell of iron and of old smoke.
train trains: The rails [kept|keep] the sound a little longer than the air.
train carriage cab coach: The window [shook|shakes] a little in its frame.
car carriage cab coach: {n} [smelt|smells] of leather and of the road.
car bus truck: {n} [smelt|smells] of old cloth and warm dust.
horse horses: There [was|is] a smell of warm leather and hay.
horse horses carriage cab cart: There [was|is] the creak of harness.
cow cows sheep cattle barn stable: There [was|is] a smell of straw.
dog: The ears of {n} [turned|turn] towards every sound.
cat: {n} [watched|watches] something that nobody else [could|can] see.
bird hen: {n} [was|is] all small, sudden movements.
tree trees oak woods forest: High up in {n} the air [made|makes] a sound like water.
tree trees: The bark of {n} [was|is] rougher on the side that [took|takes] the weather.
branch branches: {n} [moved|move], and a moment later the shadow [moved|moves].
leaf leaves: Here and there a leaf [turned|turns] over and [showed|shows] its paler side.
grass hay meadow: {n} [bent|bends] all one way and [came|comes] up again.
reeds: {n} [bent|bend] all one way and [came|come] up again.
flower flowers rose roses blossom: The scent of {n} [came and went|comes and goes] with the air.
garden park yard orchard courtyard: In one corner of {n} something small [was|is] moving.
field meadow: {n} [lay|lies] open on every side.
fields: Past the last of {n} there [was|is] only distance.
hill mountain cliff valley: {n} [kept|keeps] the light longer on one side than on the other.
hill hills mountain mountains: From the top of {n} all this [was|is] very small.
stone rock: {n} [was|is] cold in the shade and warm where the light [came|comes].
silence: There [were|are] small sounds in {n}, as there always are.
silence: {n} [went|goes] on for as long as it takes to notice it.
voice: {n} [carried|carries] a little way, and then the air [had|has] it.
voice: There [was|is] a breath in {n}, before the words and after them.
voices: {n} [carried|carry] a little way, and then the air [had|has] them.
face: Light [moved|moves] across {n} and [was|is] gone.
face: What light there [was|is] [lay|lies] on one side of {n}.
face: The shadow on {n} [moved|moves] when the light [moved|moves].
engine machine: The sound of {n} [could|can] be felt as well as heard.
umbrella: Drops [stood|stand] along the rim of {n}.
tent: The cloth of {n} [breathed|breathes] in and out.
hospital: {n} [smelt|smells] of soap.
office: In {n} there [was|is] the sound of paper.
cigarette cigar pipe: The smoke of {n} [went|goes] up in a straight line and then [lost|loses] its way.
pipe cigar cigarette: There [was|is] a blue haze where the smoke of {n} [had|has] been.
hand: What light there [was|is] [lay|lies] along the back of {n}.
eyes: There [was|is] a point of light in {n}.
veil: The cloth of {n} [moved|moves] with every breath.
man woman lady gentleman visitor stranger boy girl: What light there [was|is] [found|finds] one side of {n} and not the other.
man woman lady gentleman visitor stranger: The shadow of {n} [lay|lies] a little to one side.
hair: What light there [was|is] [found|finds] single threads of {n}.
night: There [was|is] a little wind in {n}, and it [came and went|comes and goes].
evening afternoon: What light there [was|is] [came|comes] from low down, and [went|goes] a long way in.
morning: There [was|is] still something of the night in the corners of {n}.
morning: {n} [had|has] its own smell, of cold air and of things just opened.
ground: {n} [gave|gives] a little underfoot.
corner: There [was|is] always a little of the dark in {n}.
stick: The end of {n} [was|is] worn to the shape of the ground.
wheels: {n} [made|make] one long sound out of many small ones.
gloves: {n} [kept|keep] the curve of the fingers.
knife sword: What light there [was|is] [ran|runs] along {n} and off the end.
handkerchief: There [was|is] a faint smell of soap in the folds of {n}.
pocket pockets: There [was|is] the small weight of things in {n}.
`;

/**
 * Phrases with gaps: `{list}` the fog, the lamp; `{and}` the fog and the lamp; `{stops}` the fog. The lamp; `{order}`
 * the fog, then the lamp; `{most}` and `{last}` all but the last, and that.
 */
export const PHRASES = {
  /** Of three things and more. */
  list: [
    '{list}.',
    '{stops}.',
    '{and}.',
    'First {order}.',
    '{most}, and then {last}.',
    '{most}; and {last}.',
    '{list}, one after another.',
    '{list}, each in its turn.',
  ],
  /** The same, in a scene: not where years pass. */
  scene: [
    'A moment of it: {list}.',
    'A breath, and in it {and}.',
    'For a moment it [was|is] only that: {list}.',
    'For a moment, {list}.',
    '{list}, and then the next moment.',
    'Between one breath and the next, {list}.',
    '{list}, for the length of a breath.',
  ],
  pause: [
    'A moment [went|goes] by, and then another.',
    'A breath, and then the next one.',
    'Between that and what [came|comes] next there [was|is] a breath.',
    'That moment [joined|joins] the ones before it.',
    'Somewhere a small sound [began|begins], and [ended|ends].',
    'The light [moved|moves] by so little that it [seemed|seems] not to have moved.',
    'Further off, other things [went|go] on as they had.',
    'There [was|is] a sound from somewhere else, and then there [was|is] not.',
    'The air [moved|moves], and [settled|settles].',
    'Under the sounds that there [were|are] [lay|lies] the quiet, as it always does.',
  ],
  /** Where years pass, and where nothing is shown. */
  time: [
    'So the time [went|goes], a little and then a little more.',
    'The days [went|go] by in their order.',
    'There [were|are] ordinary days in between, with weather in them.',
    'What [came|comes] before [was|is] over, and what [came|comes] after [had|has] not begun.',
    'Mornings [came|come], and [were|are] used up.',
    'The weather [changed|changes], and [changed|changes] back.',
    'Each day [ended|ends], and [made|makes] room for the next.',
    'The seasons [kept|keep] to their order.',
    'The days [had|have] their usual length.',
    'Time [took|takes] its small steps.',
    'One thing [gave|gives] way to the next, without a sound.',
  ],
  /** After somebody has spoken. */
  spoken: [
    'There [was|is] a breath after the words, and then the breath [was|is] over.',
    'The sound [went|goes] out of the last word, and a breath [came|comes] in.',
    'It [took|takes] a moment to say, and a moment more for the sound to go.',
    'The words [came|come] to their end, and a small silence [came|comes] after them.',
    'Then the words [were|are] said, and there [was|is] the pause that follows words.',
    'For a moment the words [had|have] the air to themselves.',
    'The voice [left|leaves] off, and a breath [took|takes] its place.',
    'There [was|is] the length of a breath before anything else.',
    'Each word [had|has] gone by in its turn, and the last of them [was|is] gone now.',
    'After the last word there [was|is] only listening, and not for long.',
    'A short pause; then the moment [moved|moves] on.',
    'The words [were|are] out, and there [was|is] time for one breath.',
    'A pause, the length of a breath.',
    'A second, perhaps two.',
    'Elsewhere, at that moment, other people [were|are] saying other things.',
    'Somewhere a small sound [began|begins], and [ended|ends].',
    'Further off, other things [went|go] on as they had.',
    'The air [took|takes] the words and [was|is] quiet.',
  ],
} as const;
