const setOf = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Things that a story can show: the nouns that its scenes are made of. */
export const THINGS = setOf(`
  air alley alleys animal animals apple apples apron arm arms armchair ash ashes axe baby bag bags bank banks barn barrel
  barrels basket bath bathroom beach beam bear beard bed bedroom beds beer bell bells bench bicycle bird birds blanket
  blankets blinds blossom boat boats boathouse body bonnet book bookcase books boot boots bottle bottles bowl box boxes
  boy boys branch branches bread breakfast breeze bridge brother brush bucket bus bush bushes butter button cab cabin cabs
  cage cake camp candle candles cane canoe cap captain car card cards cargo carpet carriage carriages cars cart cat
  cats cattle cave ceiling cellar chain chair chairs chapel child children chimney church churchyard cigar cigarette city
  cliff cliffs cloak clock cloth clothes cloud clouds coach coal coals coast coat coats coffee coffin coin coins collar
  column columns corn corner corners corridor cottage couch counter country courtyard cow cows crowd crown cup
  cupboard cups curtain curtains dark darkness daughter dawn deck deer desk desks dinner dish dishes dock doctor dog dogs
  doll donkey door doors doorstep doorway drawer dress driveway drum dusk dust ear ears earth egg eggs engine envelope
  eye eyes face faces farm farmer father fence ferry ferryman field fields finger fingers fire fireplace fish flag flame
  flames floor flower flowers fog food foot footpath footsteps forehead forest fork fountain fox frost fruit furniture
  garden gardens gate gates gentleman ghost girl girls glass glasses glove gloves goat gold grass grave gravel guitar gun
  hair hall hallway hammer hand handkerchief hands harbour harbor hat hats hay head hearth heat hedge hedges hen heron
  highway hill hills horse horses hospital hotel house houses ice inn iron island jacket jar journey jug kettle key keys
  king kitchen kite knees knife knives lad ladder ladies lady lake lamb lamp lamps landing landlady lane lantern
  lanterns lap lawn leaf leaves ledger ledgers leg legs letter letters library light lights line lines lion lips lock loaf
  luggage lunch machine maid man mantelpiece map marble market mask mast mat meadow meal meat men mill mine minister mirror
  mist money monkey moon moonlight morning moss mother motorcycle mountain mountains mouse mouth mud mug museum music nail
  neck necklace needle neighbour neighbours neighbor neighbors nest net nets newspaper nurse oar oars oak ocean office
  oilcloth oven owl package page pages pan paper papers parcel park parlour parlor passage passengers path paths pavement
  pen pencil phone photograph photographs piano picture pictures pie pier pig pillow pilot pine pipe pipes plane plants
  plate plates platform platforms pocket pockets pond pool porch port portrait post pot priest prince princess pub purse
  quay queen radio rail railing rails railway rain rat reeds restaurant ribbon rice rifle ring river road roads robe rock
  rocks roof roofs room rooms rope ropes rose roses rug sack saddle sail sailor sails salt sand school schoolmaster
  scissors screen sea seat seats servant shadow shadows shed sheep sheet sheets shelf shell shelves ship ships shirt shoe
  shoes shop shops shore shoulder shoulders shovel shutters sidewalk silence sister sky sleeve smoke snake snow soap sofa
  soil soldier soldiers son song soup spoon square squirrel stable staircase stairs star stars station statue steam step
  steps stick stone stones store storm stove stranger straw stream street streets string suitcase sun sunlight sunset
  supper sweater sword table tables tea teacher teeth telephone temple tent theatre theater throat ticket tide tower town
  toy track train trains tray tree trees trousers truck trunk umbrella uncle aunt valley van vase veil vegetables
  verandah village visitor voice voices wagon waistcoat wall wallet walls washing watch water waterfall wave waves weeds
  wheel wheels wife wind window windows windowsill wine wings winter wire wolf woman women wood woods wool yard`);

/** Verbs of the past that do not end in -ed. */
export const PAST = setOf(`
  ate became began bent bit bled blew bought bound bred broke brought built burst came caught chose clung crept cut dealt
  did drank drew drove dug fed fell felt fled flew flung forgave forgot fought found froze gave got grew ground had heard
  held hid hung hurt kept knelt knew laid lay leaned leapt learnt led left lent let lit lost made meant met paid put ran
  rang read rode rose said sang sank sat saw sent set shone shook shot shut slept slid smelt sold sought spent split spoke
  sprang spread spun stole stood struck stuck stung swam swept swore swung taught thought threw told took tore understood
  was went were woke won wore wound wove wrote couldn't didn't hadn't wasn't weren't couldn’t didn’t hadn’t wasn’t
  weren’t could would`);

/** Whether a word in lower case is a verb of the past, or looks like one. */
export const isPast = (word: string): boolean => PAST.has(word) || /^\p{L}{3,}ed$/u.test(word);

/** Verbs of the present that stories are told with. */
export const PRESENT = setOf(`
  am asks begins brings burns calls can't climbs closes comes counts crosses cries doesn't drinks drives drops eats
  enters falls feels finds follows gets gives goes grows has hears holds i'm is isn't jumps keeps knocks knows laughs leans
  leaves lies lifts lights listens lives looks loves makes moves nods opens passes pauses picks plays pours pulls pushes
  puts reaches reads remembers rides rings rises runs says sees sends sets shakes shines shouts shuts sings sits sleeps
  smells smiles speaks stands stares starts stays steps stops takes talks tells thinks throws touches turns waits wakes
  walks wants washes watches wears whispers wonders works writes are isn’t doesn’t i’m can’t`);

/** Verbs that instructions begin with. */
export const INSTRUCTIONS = setOf(`
  accept add adjust allow apply arrange ask avoid bake be beat begin boil book breathe bring brush build buy call carry
  change check choose clean clear click close combine consider continue cover create cut deal decide do don't don’t
  drain drink drop eat enjoy ensure expect fill find finish fold follow forget get give go grab have heat help hold
  imagine insert install invest join keep know learn leave let listen log look make measure meet mix move notice open
  pack park pay pick place plan plant please pour practise practice prepare press protect pull push put read reduce
  remember remove repeat replace rest rinse rub run save season seek select send serve set share simmer sit sleep slice
  speak spend sprinkle stand start stay stir stop store study switch take talk tell test think throw tie train treat trust
  try turn use visit wait wake walk wash watch wear wipe work write`);

/** Words that hardly any sentence of English is without, and few of other languages have. */
export const ENGLISH =
  /^(?:the|and|of|that|he|she|with|had|his|her|him|it|for|from|were|was|they|not|but|my|which|said|asked|is|i|to|as|at|into|then|there|who|this|has|have|their)$/;

/** Words that may stand before an instruction. */
export const OPENER =
  /^\s*(?:(?:if|when|before|after|once|to|for|while|unless)\b[^,]*, )?(?:(?:please|also|first|second|third|next|finally|then|now|instead|and|or|so|just|simply|always|never),? )*/i;

/** Words that speak to the reader, where the past is not told of. */
export const ADDRESS =
  /\b(?:you|your|yours|yourself|let['’]s|one should|make sure|be sure to|it is (?:important|best|wise))\b/i;

/** Signs of somebody. */
export const PERSON =
  /^(?:i|he|she|him|his|her|hers|my|me|man|woman|boy|girl|child|lady|mother|father|somebody|nobody)$/;

/** Signs that years pass, or that what happens happens often. */
export const SLOW =
  /\b(?:years?|winters?|summers?|months?|weeks?|decades?|days|nights|century|centuries|always|often|usually|used to|every)\b/i;

/** Words that mean nothing apart from their sentence. */
export const DEPENDENT =
  /^(?:same|others?|first|second|third|last|next|only|whole|very|own|such|most|more|few|many|less|least|best|worst|better|worse|no|two|three|four|certain|usual|latter|former|right|wrong|one|mere|great|good|possible|new|\w+er|\w+est|\w+ly)$/;

/** Words of clauses whose things need not be there. */
export const UNREAL =
  /\b(?:no|not|never|none|nobody|nothing|nor|without|if|unless|would|could|should|might|may|must|ought|will|shall|need|like|as though|as an?|wish\w*|hoped?|gone|lost|dead|died|broken|burnt|stopped|ended|snapped|cold|key to|(?:went|go|goes|gone|blew|blown|put|burned|burnt) out|eyes (?:were )?(?:closed|shut)|(?:closed|shut) (?:his|her|my) eyes)\b|n['’]t\b/i;
