/** Paragraphs of a story, without speech. */
export const PARAGRAPHS = [
  'The old woman opened the door and looked out at the rain. She had not expected anyone. The road was empty, and the lamp in the window burned low. She took her coat from the chair and went down the steps to the gate.',
  'Mary Holt came down to the harbour before dawn. The wind had dropped in the night, and the water lay flat and grey under the fog. She sat on the bench and watched the boats, and when the bell rang she stood up and walked to the end of the pier.',
  'He climbed the stairs to the room under the roof and lit a candle. The letter was on the table where he had left it. He read it twice, folded it, and put it in the pocket of his jacket. Then he sat by the window until the street was quiet.',
] as const;

/** Texts that must stand as they are written, by their kind. */
export const KEPT: Readonly<Record<string, string>> = {
  heading: '## The door was open. She went in.',
  'setext heading': 'He came home at last.\n=====================',
  quotation: '> She opened the door. The rain came in.\n> He looked at the lamp.',
  list: '- She opened the door.\n- The rain came in.',
  'list right after a line':
    'She took these from the house and shut the door behind her.\n- the lamp\n- a coat',
  'numbers right after a line':
    'He wrote down what he had seen that night in the house.\n2. the lamp\n3. the door',
  'list of paragraphs':
    '1. She opened the door and looked out.\n\n   The rain came in at once. He looked at the lamp.',
  fence: '```\nShe opened the door. The rain came in.\n\nHe looked at the lamp.\n```',
  'fence with tildes': '~~~js\nconst lamp = 1;\n\nlight(lamp);\n~~~',
  'indented code': '    She opened the door. The rain came in.\n\n    He looked at the lamp.',
  table: '| door | lamp |\n| --- | --- |\n| She opened it. | It burned. |',
  'table without outer pipes': 'Albatross | Leith\n--- | ---\nThe bird came. | She saw it.',
  verse:
    'The curfew tolls the knell of parting day,\nThe lowing herd winds slowly o’er the lea,\nThe ploughman homeward plods his weary way.',
  'verse with hard breaks': 'She opened the door,\\\nthe rain came in.\\\nHe looked at the lamp.',
  note: '[^1]: She opened the door. The rain came in.',
  'second paragraph of a note':
    '[^2]: She opened the door.\n\n    The rain came in at once, and she looked at the lamp on the table.\n\n    He had not been there.',
  mathematics: '$$\nThe lamp was lit. She saw it.\n\nE = mc^2\n$$',
  container: '::: note\nShe opened the door. The rain came in.\n\nHe looked at the lamp on the table.\n:::',
  'container in a container':
    '::::: outer\n::: inner\nShe opened the door. The rain came in.\n:::\n\nHe looked at the lamp on the table.\n:::::',
  pre: '<pre>\nShe opened the door. The rain came in.\n\nHe looked at the lamp.\n</pre>',
  script: '<script>\nlet door = 1;\n\n// She opened the door. The rain came in.\n</script>',
  div: '<div class="aside">\n\nShe opened the door. The rain came in.\n\nHe looked at the lamp.\n\n</div>',
  comment: '<!-- She opened the door. The rain came in.\n\nHe looked at the lamp. -->',
  letter:
    'Dear Tom,\n\nI have come to the house by the sea. It was cold, and I thought of her. She lit the lamp.\n\nYours ever,\n\nAnn',
  rule: '* * *',
  'definition of a link': '[lamp]: https://example.org/lamp "She lit it."',
  'dialogue with dashes': '— Who was there? asked Mary.\n— He was, she said. The door was open.',
  roles: 'MARY: She opened the door. The rain came in.\nPETER: He looked at the lamp.',
  'code in a line': 'She typed `open door` and waited. The lamp went out. He saw `door: open` on the screen.',
  'a link in a line':
    'She went to [the house](https://example.org/house) and knocked. He opened the door to her.',
  'one speech':
    '“She opened the door. The rain came in. He looked at the lamp on the table, and then he went.”',
};

/** Other languages, a story in each. */
export const OTHER_LANGUAGES: Readonly<Record<string, string>> = {
  German:
    'Am Abend kam der Brief. Niemand wollte ihn lesen, also legte sie ihn zu den anderen auf den Tisch. Draußen fiel der Regen, und die Lampe brannte die ganze Nacht.',
  French:
    'Le soir, la lettre arriva. Personne ne voulait la lire, alors elle la posa sur la table avec les autres. Il regarda par la fenêtre et vit la pluie tomber.',
  Spanish:
    'Por la noche llegó la carta. Nadie quería leerla, así que ella la puso sobre la mesa con las otras. La lluvia caía sobre el puerto y la lámpara ardía.',
  Italian:
    'La sera arrivò la lettera. Nessuno voleva leggerla, così lei la mise sul tavolo con le altre. La pioggia cadeva sul porto e la lampada bruciava.',
  Portuguese:
    'À noite chegou a carta. Ninguém queria lê-la, e ela a pôs sobre a mesa com as outras. A chuva caía sobre o porto e a lâmpada ardia.',
  Dutch:
    'In de avond kwam de brief. Niemand wilde hem lezen, dus legde zij hem bij de andere op de tafel. Het was donker en de regen viel op het water.',
  Swedish:
    'På kvällen kom brevet. Ingen ville läsa det, så hon lade det på bordet med de andra. Regnet föll över hamnen och lampan brann.',
  Latin:
    'Vespere epistula venit. Nemo eam legere voluit, itaque in mensa cum ceteris posuit. Pluvia cadebat et lucerna ardebat.',
  Russian:
    'Вечером пришло письмо. Никто не хотел его читать, и она положила его на стол к остальным. Шёл дождь, и лампа горела всю ночь.',
  Greek: 'Το βράδυ ήρθε το γράμμα. Κανείς δεν ήθελε να το διαβάσει, και εκείνη το άφησε στο τραπέζι.',
  Chinese: '他们在晚上收到了一封信。没有人想读它。她把它和其他的信一起放在桌子上。雨下了一整夜。',
  Japanese: '夜になって手紙が来た。誰も読みたがらなかった。彼女はそれを机の上に置いた。雨が降っていた。',
  Korean: '밤에 편지가 왔다. 아무도 읽고 싶어 하지 않았다. 그녀는 그것을 탁자 위에 놓았다.',
  Thai: 'จดหมายมาถึงในตอนเย็น ไม่มีใครอยากอ่านมัน เธอจึงวางมันไว้บนโต๊ะกับฉบับอื่น ฝนตกตลอดทั้งคืน',
  Arabic:
    'في المساء وصلت الرسالة. لم يرد أحد أن يقرأها، فوضعتها مع الرسائل الأخرى على الطاولة القديمة في المطبخ الصغير.',
  Persian:
    'شب نامه رسید. هیچ‌کس نمی‌خواست آن را بخواند، پس او آن را روی میز کنار نامه‌های دیگر گذاشت. باران می‌بارید.',
  Hebrew: 'לעת ערב הגיע המכתב. איש לא רצה לקרוא אותו, והיא הניחה אותו על השולחן. הגשם ירד כל הלילה.',
  Hindi: 'शाम को चिट्ठी आई। कोई उसे पढ़ना नहीं चाहता था, इसलिए उसने उसे मेज़ पर रख दिया। सारी रात बारिश होती रही।',
};

/** Texts that tell their reader to do something, or hold of everything. */
export const ADVICE: Readonly<Record<string, string>> = {
  instruction: 'Wear a mask. Keep your distance. Wash your hands when you come home.',
  recipe:
    'Preheat the oven and butter a dish. Peel the apples and cut them into slices. Bake for forty minutes, and let the pie stand on the table before serving.',
  steps: 'First, unplug the lamp. Then remove the four screws. Never open the box while it is connected.',
  counsel:
    'You should write every day. If the words will not come, go for a walk along the river and look at the water. Nobody is watching you.',
  tips: 'Read the letter twice before you answer it. Sleep on it. Do not send anything at night.',
  'one should': 'One should always knock at the door. One should never sit in the chair by the window.',
  'a manual':
    'The lamp is connected to the door. To open the door, press the button on the wall. Do not touch the glass.',
  'an encyclopedia':
    'The heart is a muscular organ. It is divided into four chambers and pumps blood through the vessels. In adults it is about the size of a fist.',
  'a method':
    'Samples were collected and stored at −20 °C. All measurements were repeated three times, and means were compared.',
  'a specification':
    'The server returns 404 when the document is not found. Clients may retry after the delay that the header names.',
  'a review':
    'This is a wonderful book. The characters are drawn with great skill, and the plot never drags. Highly recommended.',
};
