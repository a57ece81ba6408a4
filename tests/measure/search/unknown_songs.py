"""Songs that very many people know and the starter's catalogue does not have, a line each: title|artist."""

from __future__ import annotations

UNKNOWN = """\
Rivers of Babylon|Boney M.
Ma Baker|Boney M.
Atemlos durch die Nacht|Helene Fischer
Griechischer Wein|Udo Jürgens
Ich war noch niemals in New York|Udo Jürgens
Westerland|Die Ärzte
Tage wie diese|Die Toten Hosen
Haus am See|Peter Fox
Männer|Herbert Grönemeyer
Bochum|Herbert Grönemeyer
Skandal im Sperrbezirk|Spider Murphy Gang
Verdammt, ich lieb' dich|Matthias Reim
Wahnsinn|Wolfgang Petry
Cordula Grün|Josh.
La Bamba|Ritchie Valens
Guantanamera|Celia Cruz
La Vida Es Un Carnaval|Celia Cruz
La Copa de la Vida|Ricky Martin
Amor Prohibido|Selena
El Rey|Vicente Fernández
Cielito Lindo|Pedro Infante
Garota de Ipanema|Antônio Carlos Jobim
The Girl from Ipanema|Stan Getz
País Tropical|Jorge Ben Jor
Evidências|Chitãozinho & Xororó
Aquarela|Toquinho
Milord|Édith Piaf
Ne me quitte pas|Jacques Brel
La Bohème|Charles Aznavour
Les Champs-Élysées|Joe Dassin
Alexandrie Alexandra|Claude François
Joe le taxi|Vanessa Paradis
Je veux|Zaz
L'italiano|Toto Cutugno
Azzurro|Adriano Celentano
Felicità|Al Bano & Romina Power
Nel blu dipinto di blu|Domenico Modugno
Ti amo|Umberto Tozzi
Gloria|Umberto Tozzi
Sarà perché ti amo|Ricchi e Poveri
Bella ciao|Modena City Ramblers
Axel F|Crazy Frog
上を向いて歩こう|坂本九
Plastic Love|竹内まりや
真夜中のドア|松原みき
千本桜|黒うさP
前前前世|RADWIMPS
Lemon|米津玄師
First Love|宇多田ヒカル
月亮代表我的心|鄧麗君
晴天|周杰倫
小苹果|筷子兄弟
Катюша|Лидия Русланова
Миллион алых роз|Алла Пугачёва
Белые розы|Ласковый май
Группа крови|Кино
Звезда по имени Солнце|Кино
Нас не догонят|t.A.T.u.
Chaiyya Chaiyya|Sukhwinder Singh
Kolaveri Di|Anirudh Ravichander
Volare|Dean Martin
Blue Suede Shoes|Carl Perkins
Tutti Frutti|Little Richard
Rock Around the Clock|Bill Haley
Blueberry Hill|Fats Domino
Hello, Dolly!|Louis Armstrong
Strange Fruit|Billie Holiday
Take Five|Dave Brubeck
So What|Miles Davis
In the Navy|Village People
Vienna|Ultravox
Moskau|Dschinghis Khan
Das Model|Kraftwerk
Autobahn|Kraftwerk
Du hast den schönsten Arsch der Welt|Alex C.
Israelites|Desmond Dekker
You Can Get It If You Really Want|Jimmy Cliff
The Lion Sleeps Tonight|The Tokens
Hallelujah|Leonard Cohen
Rhinestone Cowboy|Glen Campbell
The Gambler|Kenny Rogers
Hey, Good Lookin'|Hank Williams
Always Look on the Bright Side of Life|Monty Python
Over the Rainbow|Judy Garland
Do-Re-Mi|Julie Andrews
Circle of Life|Carmen Twillie
Ein Bett im Kornfeld|Jürgens Drews
Ein Kompliment|Sportfreunde Stiller
Durch den Monsun|Tokio Hotel
Nur geträumt|Nena
Sternenhimmel|Hubert Kah
Dein ist mein ganzes Herz|Heinz Rudolf Kunze
Über den Wolken|Reinhard Mey
Über sieben Brücken musst du gehn|Karat
Am Fenster|City
Alles nur geklaut|Die Prinzen
Küssen verboten|Die Prinzen
Sie ist weg|Die Fantastischen Vier
Die da!?!|Die Fantastischen Vier
Schrei nach Liebe|Die Ärzte
Junge|Die Ärzte
Altes Fieber|Die Toten Hosen
Hier kommt Alex|Die Toten Hosen
Mensch|Herbert Grönemeyer
Flugzeuge im Bauch|Herbert Grönemeyer
Ohne dich|Münchener Freiheit
Fürstenfeld|STS
Marmor, Stein und Eisen bricht|Drafi Deutscher
Er gehört zu mir|Marianne Rosenberg
Santa Maria|Roland Kaiser
Fiesta Mexicana|Rex Gildo
Hölle, Hölle, Hölle|Wolfgang Petry
Anton aus Tirol|DJ Ötzi
Ein Stern (der deinen Namen trägt)|DJ Ötzi
Viva Colonia|Höhner
Layla|DJ Robin
Auf uns|Andreas Bourani
Lieblingsmensch|Namika
Lila Wolken|Marteria
80 Millionen|Max Giesinger
L'aventurier|Indochine
J'irai où tu iras|Céline Dion
Pour que tu m'aimes encore|Céline Dion
Je t'aime moi non plus|Serge Gainsbourg
La Javanaise|Serge Gainsbourg
Tous les garçons et les filles|Françoise Hardy
Poupée de cire, poupée de son|France Gall
Les lacs du Connemara|Michel Sardou
La maladie d'amour|Michel Sardou
Il jouait du piano debout|France Gall
L'été indien|Joe Dassin
Emmenez-moi|Charles Aznavour
Hier encore|Charles Aznavour
Nathalie|Gilbert Bécaud
Laisse tomber les filles|France Gall
Moi... Lolita|Alizée
Partenaire particulier|Partenaire Particulier
Il mondo|Jimmy Fontana
Tu vuò fà l'americano|Renato Carosone
La solitudine|Laura Pausini
Albachiara|Vasco Rossi
Vita spericolata|Vasco Rossi
Il cielo in una stanza|Mina
Gli anni|883
Quando, quando, quando|Tony Renis
L'ombelico del mondo|Jovanotti
Se bastasse una canzone|Eros Ramazzotti
Maledetta primavera|Loretta Goggi
Mediterráneo|Joan Manuel Serrat
Y nos dieron las diez|Joaquín Sabina
Hijo de la luna|Mecano
Me cuesta tanto olvidarte|Mecano
Como el agua|Camarón de la Isla
La flaca|Jarabe de Palo
El cantante|Héctor Lavoe
Amor eterno|Juan Gabriel
Besame mucho|Consuelo Velázquez
Sobreviviendo|Víctor Heredia
Gracias a la vida|Violeta Parra
Construção|Chico Buarque
Águas de março|Elis Regina
Como nossos pais|Elis Regina
Tempo perdido|Legião Urbana
Faroeste caboclo|Legião Urbana
Trem-bala|Ana Vilela
Anunciação|Alceu Valença
Sozinho|Caetano Veloso
Detalhes|Roberto Carlos
Uma casa portuguesa|Amália Rodrigues
川の流れのように|美空ひばり
残酷な天使のテーゼ|高橋洋子
ハナミズキ|一青窈
涙そうそう|夏川りみ
世界に一つだけの花|SMAP
贈る言葉|海援隊
青花瓷|周杰倫
海阔天空|Beyond
吻别|张学友
朋友|周华健
강남 스타일|싸이
아리랑|송소희
Подмосковные вечера|Владимир Трошин
Ой, мороз, мороз|Кубанский казачий хор
Я свободен|Кипелов
Перемен|Кино
Пачка сигарет|Кино
Владимирский централ|Михаил Круг
Червона рута|Софія Ротару
Kal Ho Naa Ho|Sonu Nigam
Tum Hi Ho|Arijit Singh
Dil Se Re|A. R. Rahman
Şımarık|Tarkan
Kuzu Kuzu|Tarkan
Hava Nagila|Harry Belafonte
Habibi Ya Nour El Ain|Amr Diab
Ya Rayah|Rachid Taha
Didi|Khaled
C'est la vie|Khaled
Yeke Yeke|Mory Kanté
Sweet Mother|Prince Nico Mbarga
Zangalewa|Golden Sounds
Boléro|Maurice Ravel
Sing, Sing, Sing|Benny Goodman
Take the A Train|Duke Ellington
Mack the Knife|Bobby Darin
Autumn Leaves|Nat King Cole
Cheek to Cheek|Fred Astaire
Puttin' on the Ritz|Taco
Lili Marleen|Marlene Dietrich
We'll Meet Again|Vera Lynn
Danny Boy|Jim Reeves
The Wild Rover|The Dubliners
Molly Malone|The Dubliners
Auld Lang Syne|Guy Lombardo
Scarborough Fair|Martin Carthy
Banana Boat (Day-O)|Harry Belafonte
Don't Cry for Me Argentina|Julie Covington
Memory|Elaine Paige
I Dreamed a Dream|Susan Boyle
Supercalifragilisticexpialidocious|Julie Andrews
Hakuna Matata|Nathan Lane
Under the Sea|Samuel E. Wright
The Chicken Dance|Werner Thomas
Cha Cha Slide|DJ Casper
The Birdie Song|The Tweets
Schnappi, das kleine Krokodil|Schnappi
Bob the Builder|Bob the Builder
Vindaloo|Fat Les
Hyper Hyper|Scooter
How Much Is the Fish?|Scooter
Somewhere Over the Rainbow|Marusha
Zeit|Rammstein
"""
"""Whether a catalogue really lacks them is looked up when cases are made."""
