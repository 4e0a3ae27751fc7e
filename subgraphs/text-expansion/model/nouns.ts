import pluralize from 'pluralize';

export interface Noun {
  readonly word: string;
  readonly plural: boolean;
  /** True for somebody, false for something. */
  readonly person: boolean;
}

/** A proper name found in a text, and what it seems to be the name of. */
export interface ProperName {
  readonly name: string;
  readonly kind: 'person' | 'place' | 'unknown';
}

const list = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

const boundary =
  'of|in|on|at|to|from|with|by|for|and|or|but|which|who|that|was|were|is|are|had|has|have|would|could|should|might|may|as|upon|into|through|under|over|behind|before|after|between|against|when|where|while|until|if|than|so|because|he|she|I|they|we|it';
const nounPhrase = new RegExp(
  `\\b(?:the|a|an|his|her|my|our|their|your|its)\\s+((?:[a-z]+\\s+)?)([a-z]{3,})(?=[,.;:!?)”"—]|\\s+(?:${boundary})\\b|$)`,
  'g',
);
const noNouns =
  list(`${boundary.replaceAll('|', ' ')} what how why whom whose this these those there here now then
  again also too very more most less least much many few little other others same such own first second third last
  next former latter late early one two three four five six seven eight nine ten hundred thousand few several both
  all any each every some none half whole rest best worst better worse good bad great small large long short high low
  old new young poor rich strong weak dark open dead deaf blind wrong right left ready quick quiet keen fierce broad
  heavy tall deep calm cold warm hot safe sure clear plain simple single sole only usual singular strange interesting
  kind sort lot bit deal way sake use course fact case thing things part parts number pair couple dozen amount while
  been being did does done can will shall must not nor yet down out off away back forward together alone apart
  yesterday today tonight tomorrow just even ever never always often once twice rather quite almost already still
  until unless though although since during above below within without contrary extreme public following above
  end side top bottom middle midst centre center round front point edge aid means order reach length presence instant time moment fashion
  took came went saw made gave got kept held stood sat lay ran fell knew thought told felt found left met sent
  spoke rose drew threw broke began became brought caught chose drove wrote shook bore wore swung flung sprang sank
  spoken sunk broken taken given written gone done known seen drawn worn torn grown thrown blown shown driven hidden
  forgotten fallen risen stolen beaten bitten chosen frozen woven shaken lost paid built spent bent dealt meant hurt
  shut set put cut hit lit read loud soft sharp bright gentle sudden silent slow fast thick thin wide narrow solemn
  nature character head hold attention notice purpose influence sum doings being share sense sake view extent rate account charge touch wont leave
  glad ill well able unable due afraid aware likely certain possible double himself herself myself itself themselves`);
const abstractEnd = /(?:tion|sion|ment|ness|ity|ance|ence|ism|ship|hood|acy|ency)$/;
const lessThanNouns = /(?:ly|[^s]ous|ful|less|able|ible|ish|ern|est|ive)$/;
const verbal = /(?:ed|ing)$/;
const verbalNouns = list(`bed seed deed feed speed need greed weed steed shed breed creed reed sled hundred
  morning evening wedding king ring spring string wing ceiling building meeting feeling drawing painting writing
  clothing lining opening landing dressing saying hearing dwelling warning blessing bearing beginning ending
  understanding gathering engagement lodging stocking pudding sibling darling offering setting reading training
  being lightning shilling railing crossing covering recording`);
const onlyPlural = list('people police children men women feet teeth mice geese clothes gentlemen ladies');
const onlySingular =
  list(`news physics mathematics politics chess glass dress class mass cross loss success business
  address process access gas bus this his series species means lens canvas atlas chaos cosmos bias basis crisis
  thesis emphasis analysis kindness darkness happiness witness illness madness`);

const people =
  list(`man woman gentleman lady girl boy child lad maid baby wife husband father mother son daughter
  stepfather stepmother uncle aunt brother sister cousin friend companion colleague comrade visitor guest client caller
  stranger king queen prince princess duke nobleman lord doctor surgeon physician nurse patient servant housekeeper
  landlady landlord coachman cabman driver groom clerk assistant inspector detective constable policeman officer police
  criminal thief burglar murderer villain scoundrel victim prisoner lawyer judge banker engineer soldier sailor captain
  colonel clergyman priest teacher student pupil writer author artist painter poet player beggar master mistress owner
  widow bride bridegroom bachelor lover people person folk salesman agent manager employer employee neighbour neighbor
  reader user customer observer reasoner listener actor singer musician fellow passenger witness boss worker director
  commissionaire gamekeeper coroner engineer plumber`);
const singular = (word: string): string => pluralize.singular(word);

const isPlural = (word: string): boolean =>
  onlyPlural.has(word) ||
  (!onlySingular.has(word) &&
    !word.endsWith('ss') &&
    pluralize.isPlural(word) &&
    !pluralize.isSingular(word));

const isNoun = (word: string): boolean =>
  !noNouns.has(word) &&
  !abstractEnd.test(word) &&
  !lessThanNouns.test(word) &&
  (!verbal.test(word) || verbalNouns.has(word));

/**
 * The common nouns of a sentence of English, as far as they can be told without a grammar: the last word of a
 * short phrase that an article or a possessive begins. Misses many and is seldom wrong.
 */
export function nounsOf(sentence: string): Noun[] {
  const nouns: Noun[] = [];
  for (const [, qualifier = '', word = ''] of sentence.matchAll(nounPhrase)) {
    const qualified = qualifier.trim();
    if (!isNoun(word) || (qualified !== '' && boundaryWords.has(qualified))) continue;
    if (!nouns.some((noun) => noun.word === word))
      nouns.push({ word, plural: isPlural(word), person: people.has(singular(word)) });
  }
  return nouns;
}

const boundaryWords = list(boundary.replaceAll('|', ' '));

const titles =
  'Mr|Mrs|Ms|Miss|Dr|Doctor|Sir|Lady|Lord|Madame|Professor|Inspector|Captain|Colonel|Count|Uncle|Aunt|Father|Sister|Brother|Saint|St';
const nameWord = "\\p{Lu}[\\p{L}]*\\p{Ll}(?:[’'-]\\p{Lu}\\p{Ll}+)?(?![\\p{L}\\p{N}])";
const nameOf = new RegExp(`(?<![\\p{L}\\p{N}’'])${nameWord}(?:\\s(?:St\\.\\s)?${nameWord}){0,3}`, 'gu');
const noNames =
  list(`I A An The This That These Those He She It We You They My Your His Her Our Their Its And But Or
  Nor So Yet For If When While Where Why How What Who Which Then There Here Now No Not Yes Oh Ah Well As At By From In
  Into Of On Off Out Over To Under Up With Without After Before Monday Tuesday Wednesday Thursday Friday Saturday
  Sunday January February March April May June July August September October November December English French
  German Spanish Italian American British Indian Russian Chinese Japanese Scottish Irish Welsh Dutch European
  Christian God Heaven Christmas Easter Madam Mister Majesty Let Do Did Does Is Are Was
  Were Have Has Had Can Could Will Would Shall Should May Might Must Some Any All Every Each One Two Three Nothing Something Everything Nobody Everybody Pa Ma Papa Mamma`);
const acts =
  'said|says|cried|asked|answered|replied|remarked|whispered|murmured|returned|smiled|laughed|nodded|shrugged|looked|turned|walked|ran|sat|stood|rose|took|shook|thought|knew|had|was|opened|whistled|chuckled|paused|began|came|went|told|spoke';
const before = new RegExp(`(?:\\b(?:${titles})\\.?|\\b(?:${acts}|with|and|friend|dear|old|poor|young))\\s$`);
const afterPerson = new RegExp(`^(?:\\s(?:${acts}|himself|herself)\\b|,\\s(?:who|whom|dear|my)\\b)`);
const placeWord =
  /(?:Street|Road|Lane|Square|Avenue|Park|Hill|Bridge|Station|Court|Hotel|Row|Town|City|Island|River|Lake|Valley|County|Terrace|Hall|House|Garden|Gardens)$/;
const beforePlace = /\b(?:in|at|from|near|through|towards|reached|outside|across)\s$/;
const titled = new RegExp(`^(?:${titles})\\s`);
const withArticle = /\b(?:[Tt]he|[Aa]n?)\s$/;
const onlyTitle = new RegExp(
  `^(?:${titles}|King|Queen|Prince|Princess|Duke|Baron|Emperor|President|House|Grand)$`,
);
const enough = 2;

const isNoName = (name: string): boolean => onlyTitle.test(name) || noNames.has(name.split(/\s/)[0] ?? '');

/**
 * The proper names of a text (its first 500,000 characters), by how they are written: with capitals within a
 * sentence, at least twice. A name is a person’s or a place’s when what stands next to it says so.
 */
export function properNamesOf(text: string): ReadonlyMap<string, ProperName> {
  const seen = new Map<string, { times: number; person: number; place: number }>();
  const sample = text.slice(0, 500_000);
  for (const match of sample.matchAll(nameOf)) {
    const name = match[0];
    const left = sample.slice(Math.max(0, match.index - 16), match.index);
    const startsSentence = !/[\p{L}\p{N},;:]\s$/u.test(left);
    const spoken = before.test(left);
    if (
      isNoName(name) ||
      withArticle.test(left) ||
      (startsSentence && !name.includes(' ') && !spoken && !seen.has(name))
    )
      continue;
    const right = sample.slice(match.index + name.length, match.index + name.length + 16);
    const entry = seen.get(name) ?? { times: 0, person: 0, place: 0 };
    entry.times++;
    if (spoken || afterPerson.test(right) || titled.test(name)) entry.person++;
    if (placeWord.test(name)) entry.place += enough;
    if (beforePlace.test(left)) entry.place++;
    seen.set(name, entry);
  }
  const names = new Map<string, ProperName>();
  for (const [name, { times, person, place }] of seen) {
    if (times < enough) continue;
    const kind = person > place ? 'person' : place > person ? 'place' : 'unknown';
    names.set(name, { name, kind });
  }
  return names;
}

/** Those of `names` that a sentence names, in its order. */
export function namesIn(sentence: string, names: ReadonlyMap<string, ProperName>): ProperName[] {
  const found: ProperName[] = [];
  for (const [name] of sentence.matchAll(nameOf)) {
    const known = names.get(name);
    if (known && !found.includes(known)) found.push(known);
  }
  return found;
}
