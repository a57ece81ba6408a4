"""Words with which people ask for songs, in fourteen languages; what they weigh, the ranking decides.

Every word is kept as `bot.party.spelling.fold` has it, phrases with single spaces. Words of Japanese, Chinese
and Korean may stand without a space next to a name.

Many of these are words of titles as well ("Play", "Live", "Por favor"), so none may be thrown away for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final, Literal

from bot.party.spelling import fold, words

Wish = Literal["live", "acoustic", "remix", "karaoke", "instrumental", "cover", "sped up", "slowed"]
"""A version of a song that people wish for."""
Order = Literal["title first", "artist first"]
"""What stands before a word between a song and its artist."""


def _folded(*listed: str) -> Iterator[str]:
    """The phrases of some lists, separated by bars, as they are looked up."""
    return (" ".join(words(phrase)) for phrase in fold("|".join(listed).replace("|", "\n")).split("\n"))


REQUESTS: Final = frozenset(
    _folded(
        # English
        "play|plays|playing|play me|play us|play for me|play for us|play some|play next|next|put on|put",
        "throw on|turn on|spin|add|add to queue|add to the queue|queue|queue up|enqueue|start|stream|listen",
        "listen to|listening to|hear|wanna hear|want to hear|i wanna hear|i want to hear|i want|i wanna",
        "i d like|i d like to hear|i would like|i would like to hear|we want|we want to hear|let s hear",
        "lets hear|let me hear|let s play|lets play|let s listen to|give me|gimme|give us|can you",
        "can you play|could you|could you play|can we|can we have|can we get|can we hear|can i|can i get",
        "can i have|can i hear|could we|could we have|would you|would you play|will you play|may i|may we",
        "how about|what about|please|pls|plz|plss|pretty please|please play|pls play|plz play|request",
        "requesting|i used shazam to discover|shazam|scrobbling|stream|check out|song request|search",
        "search for|find|find me|look for|look up|looking for|show me|get",
        "get me|now|now playing|again|once more|one more time|replay|for me|for us|do you have|have you got",
        "you know|hey|hi|hello|dj|hey dj|thanks|thank you|thx|ty|the one|that one|called|named|titled",
        "it s called|that goes|the one that goes|i need|we need|me want|blast|drop|bump|crank|fire up|pop on",
        "stick on|skip to",
        # German
        "spiel|spiele|spiel mal|spiel bitte|spiele bitte|spielen|spielst du|spielt|abspielen|spiel ab",
        "spiele ab|mach|mach an|mach mal|mach mal an|mach bitte|mach rein|mach mal rein|mache|leg auf",
        "leg mal auf|lege|auflegen|hau rein|hau raus|füg hinzu|füge hinzu|füge|hinzufügen|setz|setze",
        "auf die liste|in die warteschlange|zur warteschlange|warteschlange|bitte|bitte spiel|bitte spiele",
        "bittschön|biddö|kannst du|kannst du bitte|kannst du mal|kannst du mal spielen|könntest du|könnt ihr",
        "können wir|könnten wir|kann ich|kann man|darf ich|ich will|ich möchte|ich möchte hören",
        "ich will hören|ich würde gern|ich würde gerne|ich würde gerne hören|ich hätte gern|ich hätte gerne",
        "wir wollen|wir möchten|wir wollen hören|lass|lass uns|lass mal|lass uns hören|lass mal hören|hören",
        "hör|such|suche|such mal|finde|zeig|zeig mir|gib|gib mir|gib uns|starte|wiedergabe|als nächstes",
        "nächstes|jetzt|mal|nochmal|noch mal|noch einmal|danke|hast du|habt ihr|gibt es|wie wäre es mit",
        "wie wärs mit|für mich|für uns|wünsche mir|ich wünsche mir|ich wünsch mir|musikwunsch|wunsch|abfahrt",
        "namens|heißt|wo es heißt",
        # Spanish
        "pon|ponme|ponnos|pone|poné|poneme|pónganme|pongan|ponga|póngame|poner|pon la|pon el|puedes poner",
        "podés poner|puedes|podrías|podrías poner|pueden poner|me pones|me puedes poner|nos pones|toca",
        "tócame|toque|tocar|reproduce|reproduzca|reproducir|reprodúceme|añade|añadir|añade a la cola|agrega",
        "agrega a la cola|agregar|a la cola|mete|échale|dale|dale play|ponle play|por favor|porfa|porfis",
        "porfavor|x favor|xfa|quiero|quiero oír|quiero escuchar|queremos|queremos escuchar|quisiera",
        "quisiera escuchar|me gustaría|me gustaría escuchar|escuchar|escuchemos|vamos a escuchar|oír|busca",
        "búscame|buscar|encuentra|dame|danos|otra vez|ahora|siguiente|gracias|tienes|tenés|para mí",
        "para nosotros|hola|oye|que suene|suena|llamada|que se llama|una de|algo de",
        # French
        "mets|mets moi|mets nous|met|mettez|mettre|mets la|mets le|mets du|joue|joue moi|joue nous|jouez",
        "jouer|lance|lancez|lancer|envoie|balance|ajoute|ajoutez|ajouter|ajoute à la file|à la file",
        "à la file d'attente|file d'attente|passe|passe moi|passez|fais jouer|fais tourner|tu peux",
        "tu peux mettre|peux tu|peux tu mettre|pourrais tu|pourrais tu mettre|vous pouvez|pouvez vous",
        "pouvez vous mettre|on peut|on peut avoir|on peut mettre|est ce que|est ce qu'on peut",
        "est ce que tu peux|s'il te plaît|s'il vous plaît|sil te plait|sil vous plait|stp|svp|steuplait",
        "steup|je veux|je voudrais|je voudrais écouter|je veux écouter|je voudrais entendre|j'aimerais",
        "j'aimerais écouter|on veut|on voudrait|nous voulons|écoute|écouter|écoutons|écoutez|entendre",
        "cherche|chercher|trouve|trouver|donne|donne moi|encore|encore une fois|maintenant|ensuite|merci",
        "pour moi|pour nous|tu as|vous avez|tu connais|lecture|qui s'appelle|intitulé|salut|bonjour",
        # Portuguese
        "toca|toca aí|toca ai|toca essa|toque|tocar|toca a|toca o|toquem|bota|bota aí|bota a|bota o|bote",
        "botar|põe|põe a|põe o|põe aí|ponha|pôr|coloca|coloca aí|coloca a|coloca o|coloque|colocar|mete",
        "reproduz|reproduza|reproduzir|adiciona|adicione|adicionar|acrescenta|na fila|à fila|pode|pode tocar",
        "pode colocar|podes|podes tocar|podes pôr|você pode|você pode tocar|consegue|dá para tocar|por favor",
        "pfv|pf|pfvr|se faz favor|sff|quero|quero ouvir|queria|queria ouvir|queremos|queremos ouvir|gostaria",
        "gostaria de ouvir|eu quero|eu queria|ouvir|escutar|vamos ouvir|procura|procure|busca|busque|acha",
        "encontra|me dá|manda|manda aí|solta|solta o som|solta aí|de novo|outra vez|agora|a seguir|próxima",
        "obrigado|obrigada|valeu|tem|para mim|pra mim|pra gente|para nós|chamada|que se chama|oi|olá",
        # Italian
        "metti|mettimi|mettici|mettete|metta|mettere|metti su|puoi mettere|puoi|puoi suonare|potresti",
        "potresti mettere|potete|potete mettere|suona|suonami|suonaci|suonate|suonare|riproduci|riprodurre",
        "fai partire|fai andare|manda|mandami|avvia|aggiungi|aggiungere|aggiungi alla coda|in coda|alla coda",
        "accoda|per favore|perfavore|per piacere|pf|ti prego|voglio|voglio sentire|voglio ascoltare|vorrei",
        "vorrei sentire|vorrei ascoltare|vogliamo|vogliamo sentire|vorremmo|ascolta|ascoltare|ascoltiamo",
        "sentire|sentiamo|fammi sentire|facci sentire|fammi ascoltare|cerca|cercami|cercare|trova|trovami",
        "dammi|dacci|ancora|di nuovo|un'altra volta|adesso|ora|prossima|grazie|hai|avete|per me|per noi|ciao",
        "chiamata|che si chiama|intitolata",
        # Dutch
        "speel|speel af|speel maar|speel eens|speelt|spelen|afspelen|draai|draaien|draai eens|zet|zet op",
        "zet aan|zet maar op|zet eens op|opzetten|doe|doe maar|doe eens|gooi|gooi erin|voeg toe|voeg",
        "toevoegen|in de wachtrij|wachtrij|alsjeblieft|alstublieft|aub|ajb|alsjeblief|kan je|kun je|kan jij",
        "kunt u|kunnen jullie|kunnen we|zou je|zou je kunnen|kan ik|mag ik|mogen we|ik wil|ik wil graag",
        "ik wil horen|ik wil luisteren|ik zou graag|wij willen|we willen|laat|laat horen|laat me horen",
        "laten we|horen|luister|luisteren|luister naar|zoek|zoeken|vind|geef|geef me|geef mij|nu",
        "nog een keer|nog eens|opnieuw|volgende|hierna|bedankt|dank je|dankjewel|heb je|hebben jullie",
        "voor mij|voor ons|genaamd|die heet",
        # Swedish
        "spela|spela upp|spelar|spela lite|sätt på|sätt igång|sätt|lägg till|lägg på|lägg|lägg i kön|köa",
        "i kön|till kön|kör|kör igång|dra igång|snälla|tack|är du snäll|kan du|kan du spela|kan ni|kan vi",
        "kan vi få|kan jag|kan jag få|skulle du kunna|får jag|får vi|jag vill|jag vill höra",
        "jag vill lyssna på|jag skulle vilja|jag skulle vilja höra|vi vill|vi vill höra|låt|låt oss",
        "låt oss höra|höra|lyssna|lyssna på|sök|sök efter|hitta|ge mig|ge oss|nu|igen|en gång till|nästa",
        "har du|har ni|för mig|för oss|som heter",
        # Polish
        "zagraj|zagraj mi|zagraj nam|zagrajcie|graj|grać|puść|puśc|puść mi|puść nam|puśćcie|puszczaj|puścić",
        "włącz|włącz mi|włączcie|włączyć|odtwórz|odtwarzaj|odtwarzanie|daj|dajcie|daj mi|dawaj|wrzuć|wrzucić",
        "zapodaj|dodaj|dodaj do kolejki|do kolejki|kolejka|proszę|prosze|poproszę|prosimy|możesz",
        "możesz puścić|możesz zagrać|mógłbyś|mogłabyś|możecie|czy możesz|czy mógłbyś|czy możemy|chcę",
        "chcę posłuchać|chcę usłyszeć|chciałbym|chciałabym|chciałbym posłuchać|chciałabym posłuchać|chcemy",
        "posłuchać|posłuchajmy|słuchać|usłyszeć|szukaj|poszukaj|wyszukaj|znajdź|teraz|jeszcze raz|następny",
        "następna|dziękuję|dzięki|masz|macie|dla mnie|dla nas|pod tytułem|o tytule",
        # Turkish
        "çal|çalar mısın|çalabilir misin|çalabilir misiniz|çalsana|çalın|çalsın|çalalım|çalıver|oynat|aç",
        "açar mısın|açsana|açın|açabilir misin|koy|koyar mısın|koysana|ekle|ekler misin|sıraya ekle",
        "kuyruğa ekle|listeye ekle|sıraya|lütfen|lutfen|rica etsem|istiyorum|istiyoruz|dinlemek istiyorum",
        "duymak istiyorum|dinle|dinlemek|dinleyelim|dinlet|ara|bul|ver|bir daha|tekrar|tekrar çal|şimdi",
        "sıradaki|sonra|teşekkürler|teşekkür ederim|sağ ol|bana|bize|bizim için|benim için|var mı|adlı",
        "isimli|hadi|patlat",
        # Russian
        "включи|включи мне|включите|включай|включить|вруби|врубай|поставь|поставь мне|поставьте|ставь",
        "поставить|сыграй|сыграйте|играй|играть|проиграй|воспроизведи|воспроизвести|запусти|запустить|заведи",
        "добавь|добавьте|добавить|добавь в очередь|в очередь|очередь|дай|дайте|давай|давайте|давай послушаем",
        "пожалуйста|пожалуста|плиз|плз|пж|пжлст|можешь|можешь включить|можешь поставить|можете|можно",
        "можно мне|не мог бы ты|мог бы ты|могла бы ты|хочу|хочу послушать|хочу услышать|я хочу|мы хотим",
        "хотим|хотим послушать|хотел бы|хотела бы|послушать|послушаем|слушать|услышать|найди|найти|поищи|ищи",
        "ещё|еще|еще раз|ещё раз|сейчас|следующей|следующую|дальше|спасибо|есть|для меня|для нас|нам|мне",
        "под названием|называется",
        # the same in Latin letters, as typed without a Russian keyboard
        "vklyuchi|vkluchi|postav|postavte|pozhaluysta|pozhaluista|pojaluista|davai|hochu|khochu|dobav",
        # Japanese
        "かけて|かけてください|かけて下さい|かけてほしい|かけてくれ|かけてくれる|かけてよ|をかけて",
        "をかけてください|流して|流してください|流して下さい|流してほしい|流してくれ|を流して",
        "を流してください|ながして|再生|再生して|再生してください|を再生|を再生して|を再生してください|追加",
        "追加して|追加してください|を追加|を追加して|入れて|入れてください|を入れて|を入れてください",
        "聴きたい|聞きたい|ききたい|が聴きたい|が聞きたい|を聴きたい|を聞きたい|聴かせて|聞かせて|を聴かせて",
        "を聞かせて|お願い|お願いします|おねがい|おねがいします|をお願い|をお願いします|頼む|頼みます",
        "ください|下さい|リクエスト|リクエストします|探して|を探して|検索|次|次に|次は|次の曲|もう一度",
        "もう一回|今|という|っていう|ある|ありますか|やって|プレイ|kakete|nagashite|saisei|saisei shite",
        "onegai|onegaishimasu|kudasai|kikitai",
        # Chinese
        "放|放一下|放一首|放首|来一首|来首|來一首|來首|来点|來點|播放|播|播一下|播一首|请播放|請播放|请放",
        "請放|请播|請播|帮我放|幫我放|帮我播放|幫我播放|给我放|給我放|给我播放|給我播放|我想听|我想聽|想听",
        "想聽|我要听|我要聽|要听|要聽|听|聽|听一下|聽一下|我想要|我要|点歌|點歌|点播|點播|点一首|點一首|添加",
        "加入|加到列表|加入队列|加入佇列|排队|请|請|麻烦|麻煩|拜托|拜託|谢谢|謝謝|可以放|可以播放|可以播",
        "能放|能不能放|可不可以放|可以吗|可以嗎|好吗|好嗎|能不能|可不可以|搜索|搜尋|搜|找|找一下|下一首",
        "再来一次|再來一次|再放一次|再来一遍|单曲循环|現在|现在|叫|名叫",
        # Korean
        "틀어줘|틀어 줘|틀어줘요|틀어주세요|틀어 주세요|틀어봐|틀어|틀어라|틀어줄래|틀어줄 수 있어|들려줘",
        "들려 줘|들려줘요|들려주세요|들려 주세요|재생|재생해|재생해줘|재생해 줘|재생해주세요|재생해 주세요",
        "플레이|추가|추가해|추가해줘|추가해 줘|추가해주세요|추가해 주세요|넣어줘|넣어 줘|넣어주세요",
        "듣고 싶어|듣고싶어|듣고 싶어요|듣고싶어요|듣고 싶다|듣자|들을래|듣기|신청|신청합니다|신청해요",
        "신청곡|찾아줘|찾아 줘|찾아주세요|검색|검색해줘|부탁|부탁해|부탁해요|부탁드려요|부탁드립니다|제발|좀",
        "다음|다음 곡|다음에|다시|한번 더|한 번 더|지금|있어|있나요|주세요|해줘|라는|이라는|teureojwo|jebal",
    )
)
"""What asks for a song and names none: "play", "bitte", "틀어줘"."""

BETWEEN: Final = MappingProxyType(
    {
        **dict.fromkeys(
            _folded(
                # English
                "by|bye|from|of|off|performed by|sung by|song by|the song by|made by|as sung by",
                # German
                "von|vom|von der|von den|von dem|aus|aus dem|gesungen von|der|des",
                # Spanish
                "de|del|de la|de los|de las|por|cantado por|cantada por|interpretada por",
                # French
                "de|d|du|des|de la|de l|par|chanté par|chantée par|interprété par",
                # Portuguese
                "de|do|da|dos|das|por|pelo|pela|cantada por|cantado por",
                # Italian
                "di|del|dei|degli|delle|della|dello|dell|da|dal|dai|dagli|dalla|dalle|cantata da|cantato da",
                # Dutch
                "van|van de|van den|van der|van het|door|gezongen door",
                # Swedish
                "av|från|med|sjungen av",
                # Polish
                "od|z|ze|przez|w wykonaniu|wykonaniu|zespołu|autorstwa",
                # Russian
                "от|из|в исполнении|исполнении|исполняет|поёт|поет|группы|певца|певицы|гр|ot",
            ),
            "title first",
        ),
        **dict.fromkeys(
            _folded(
                "s",  # English: Adele's Hello
                "nin|nın|nun|nün|tarafından",  # Turkish: Adele'nin; the shorter endings are words elsewhere
                # Japanese
                "の|のうた|の歌|の曲|さんの|による|が歌う|が歌っている",
                # Chinese
                "的|的歌|唱的|唱的歌|的歌曲|的那首|的這首|的这首|演唱的",
                # Korean
                "의|의 노래|의 곡|가 부른|이 부른|가 부르는|이 부르는|노래|가수",
            ),
            "artist first",
        ),
    }
)
"""What stands between a song and its artist, and which of the two stands before it."""

NOUNS: Final = frozenset(
    _folded(
        # English
        "song|songs|the song|a song|this song|that song|some song|track|tracks|the track|a track|this track",
        "tune|tunes|the tune|single|the single|hit|hits|the hit|banger|jam|number|music|some music|piece",
        "record|anthem|classic|artist|the artist|band|the band|singer|album|the album|title|version",
        "the version|something|anything|anything by|stuff",
        # German
        "lied|lieder|das lied|ein lied|dieses lied|song|der song|den song|track|der track|den track|titel",
        "der titel|den titel|stück|das stück|nummer|die nummer|musik|schlager|hit|der hit|den hit|single",
        "mucke|was|was von|etwas|etwas von|irgendwas|irgendwas von|künstler|sänger|sängerin|band|album",
        "kracher|ohrwurm|hymne",
        # Spanish
        "canción|canciones|la canción|una canción|esta canción|esa canción|el tema|tema|temas|un tema",
        "este tema|temazo|rola|la rola|rolita|pieza|música|la música|un poco de|algo|algo de|el single|éxito",
        "cantante|artista|grupo|banda|disco",
        # French
        "chanson|chansons|la chanson|une chanson|cette chanson|chanson de|morceau|morceaux|le morceau",
        "un morceau|titre|le titre|un titre|piste|tube|le tube|son|le son|musique|la musique|une musique|zik",
        "de la musique|single|quelque chose|quelque chose de|un truc|un truc de|chanteur|chanteuse|artiste",
        "groupe|album",
        # Portuguese
        "música|músicas|a música|uma música|essa música|esta música|musica|canção|canções|a canção",
        "uma canção|som|o som|um som|faixa|a faixa|tema|o tema|sucesso|hit|algo|algo de|alguma coisa",
        "alguma coisa de|cantor|cantora|banda|modão",
        # Italian
        "canzone|canzoni|la canzone|una canzone|questa canzone|quella canzone|brano|brani|il brano|un brano",
        "pezzo|il pezzo|un pezzo|traccia|la traccia|singolo|musica|la musica|un po' di|qualcosa|qualcosa di",
        "cantante|artista|gruppo|tormentone",
        # Dutch
        "liedje|liedjes|het liedje|een liedje|lied|het lied|nummer|nummers|het nummer|een nummer|nummertje",
        "plaat|de plaat|plaatje|muziek|wat muziek|iets|iets van|wat van|zanger|zangeres|band|artiest",
        # Swedish
        "låt|låten|låtar|en låt|den låten|sång|sången|sånger|en sång|spår|spåret|musik|något|något med",
        "något av|nåt med|artist|bandet|sångare|sångerska",
        # Polish
        "piosenka|piosenkę|piosenki|piosenke|tę piosenkę|utwór|utwor|utwory|kawałek|kawalek|kawałki|numer",
        "nuta|nutę|nutka|hit|przebój|muzyka|muzykę|coś|coś od|zespół|wokalista|artysta",
        # Turkish
        "şarkı|şarkısı|şarkısını|şarkıyı|şarkıları|bir şarkı|bu şarkıyı|parça|parçası|parçasını|parçayı",
        "türkü|türküsü|türküsünü|müzik|müziği|eser|eseri|bir şeyler|bir şey|şarkıcı|sanatçı|grup",
        # Russian
        "песня|песню|песни|песней|песенка|песенку|песнь|трек|треки|трэк|композиция|композицию|хит|музыка",
        "музыку|мелодия|мелодию|сингл|что нибудь|что нибудь от|чего нибудь|группа|группу|певец|певица",
        "исполнитель|pesnya|pesnyu|pesnia|trek",
        # Japanese
        "曲|歌|うた|唄|楽曲|この曲|その曲|この歌|音楽|ソング|トラック|ナンバー|主題歌|名曲|アーティスト|歌手",
        "バンド|kyoku|uta",
        # Chinese
        "歌|歌曲|曲|曲子|首歌|一首歌|这首歌|這首歌|那首歌|的歌|音乐|音樂|单曲|單曲|歌手|乐队|樂隊|主题曲",
        "主題曲|片头曲|片尾曲",
        # Korean
        "노래|곡|음악|노래를|곡을|음악을|이 노래|그 노래|한곡|한 곡|트랙|가수|밴드|그룹|노래 하나|주제곡",
        "norae",
    )
)
"""What says that it is a song that is asked for: "the song", "das Lied", "노래"."""

DECORATIONS: Final = frozenset(
    _folded(
        "song and lyrics by|song by|single by|lyrics by|bpm|wikipedia|discogs|allmusic",
        "listen online for free on soundcloud",
        # what shared links and the names of videos and files carry
        "official|official video|official music video|official audio|official lyric video",
        "official lyrics video|official hd video|official 4k video|official visualizer|official visualiser",
        "official mv|official m/v|official performance video|official clip|official video clip|official song",
        "officially|video|videos|music video|musicvideo|videoclip|video clip|clip|clips|video edit|audio",
        "audio only|full audio|high quality audio|lyric|lyrics|lyric video|lyrics video|with lyrics|w lyrics",
        "on screen lyrics|lyrics on screen|color coded lyrics|colour coded lyrics|color coded|visualizer",
        "visualiser|visualizer video|visual|visuals|animated video|static video|art track|topic|vevo|mv|m/v",
        "pv|performance video|performance|dance practice|dance practice video|choreography|teaser|trailer",
        "premiere|new|new song|new single|latest|hot|hd|full hd|fhd|uhd|hq|high quality|hi res|hires",
        "high res|4k|8k|2k|1080p|720p|480p|1080|2160p|60fps|hdr|dolby|dolby atmos|atmos|spatial audio|8d",
        "8d audio|3d audio|360|stereo|mono|mono version|stereo version|320|320kbps|128kbps|kbps|lossless",
        "flac|mp3|mp4|m4a|wav|ogg|webm|mkv|avi|wma|aac|opus|download|free download|full|full song",
        "full version|full album|full video|full length|complete|complete version|extended|extended version",
        "extended mix|long version|short version|short|original|original version|original mix|original song",
        "original audio|original video|original soundtrack|ost|soundtrack|o.s.t.|theme|theme song",
        "from the movie|from the film|motion picture|motion picture soundtrack",
        "original motion picture soundtrack|single|single version|single edit|single mix|album version|album",
        "album mix|lp version|ep|ep version|radio|radio edit|radio version|radio mix|edit|clean",
        "clean version|explicit|explicit version|dirty|uncensored|censored|remaster|remastered|remasterd",
        "remastered version|remaster version|digital remaster|digitally remastered|newly remastered|deluxe",
        "deluxe edition|deluxe version|super deluxe|expanded|expanded edition|special edition|anniversary",
        "anniversary edition|bonus|bonus track|bonus version|hidden track|intro|outro|interlude|re recorded",
        "rerecorded|re release|reissue|demo|demo version|rough mix|mono mix|stereo mix|main version|main mix",
        "version|ver|mix|cut|final|taylor s version|prod|track 1|side a|side b|a side|b side|loop|1 hour",
        "1 hour loop|10 hours|one hour|hour loop|looped|on repeat|repeat|tiktok|tik tok|tiktok version",
        "tiktok song|viral|trending|reels|shorts|meme|with subtitles|subtitles|sub|subbed|eng sub",
        "english subtitles|english lyrics|translation|translated|romanized|romanized lyrics|romanization",
        "han rom eng|rom eng|lyrics translation|english translation|reaction|review|tutorial|how to play",
        "chords|guitar tutorial|piano tutorial",
        # where songs are shared from
        "spotify|on spotify|open spotify|apple music|on apple music|itunes|youtube|you tube|yt|yt music",
        "youtube music|on youtube|youtu be|soundcloud|sound cloud|on soundcloud|shazam|shazam it",
        "discovered using shazam|deezer|tidal|amazon|amazon music|bandcamp|pandora|napster|qobuz|genius",
        "genius lyrics|azlyrics|vimeo|musixmatch|last fm|lastfm|audiomack|anghami|jiosaavn|gaana|boomplay",
        "melon|genie|netease|qq music|bilibili|niconico|line music|yandex music|vk|vk music|link|url|http",
        "https|www|com|watch|listen now|listen here|out now|stream now|check out|check this out|look at this",
        "i m listening to|i am listening to|here s a song for you|a song for you|share|shared|via|playlist",
        "channel|records|recordings|music group|entertainment|subscribe",
        # German
        "offiziell|offizielle|offizielles|offizieller|offizielles video|offizielles musikvideo|musikvideo",
        "songtext|mit songtext|mit text|text|lyrik|originalversion|original version|langversion|albumversion",
        "radioversion|neu|neues lied|ganzes lied|voller song|untertitel|mit untertitel|deutsche übersetzung",
        "titelmelodie|titellied|filmmusik",
        # Spanish
        "oficial|video oficial|vídeo oficial|videoclip oficial|video musical|vídeo|vídeos|audio oficial",
        "letra|letras|con letra|con letras|video lyric|video con letra|letra oficial|lyric video oficial",
        "versión|versión original|versión completa|completa|completo|canción completa|estreno|nueva|nuevo",
        "subtitulado|subtitulada|subtitulada español|sub español|subtitulos|subtítulos|traducida|traducción",
        "traducido|en español|español|remasterizado|remasterizada|sencillo|banda sonora|tema principal",
        # French
        "officiel|officielle|clip officiel|le clip|clip vidéo|vidéo|vidéo officielle|audio officiel|paroles",
        "avec paroles|avec les paroles|parole|lyrics vidéo|vidéoclip|version originale|version complète",
        "version longue|complet|nouveau|nouvelle|nouveau clip|sous titres|sous titré|vostfr|traduction",
        "traduction française|remasterisé|bande originale",
        "générique",
        # Portuguese
        "clipe|clipe oficial|vídeo clipe|videoclipe|videoclipe oficial|áudio|áudio oficial|letra|com letra",
        "com legenda|legendado|legendada|legenda|tradução|traduzida|versão|versão original|versão completa",
        "lançamento|lançamento oficial|dvd|dvd oficial|trilha sonora|webclipe|visualizer oficial|nova|novo",
        # Italian
        "ufficiale|video ufficiale|videoclip ufficiale|audio ufficiale|testo|con testo|testo e traduzione",
        "testi|parole|traduzione|sottotitoli|versione|versione originale|versione completa|completa|nuovo",
        "nuova|nuovo singolo|rimasterizzato|colonna sonora|sigla",
        # Dutch
        "officieel|officiële|officiële video|officiële videoclip|songtekst|tekst|met songtekst|met tekst",
        "ondertiteld|nieuw|nieuwe|originele versie|versie|titelsong",
        # Swedish
        "officiell|officiella|officiell video|musikvideo|text|låttext|med text|originalversion|ny|nya",
        "titellåt",
        # Polish
        "oficjalny|oficjalna|oficjalne|oficjalny teledysk|oficjalne wideo|teledysk|wideo|tekst",
        "tekst piosenki|z tekstem|słowa|tłumaczenie|napisy|wersja|wersja oryginalna|oryginał|nowość|nowy",
        "nowa|premiera|pełna wersja|ścieżka dźwiękowa",
        # Turkish
        "resmi|resmi video|resmi klip|official klip|klip|video klip|video klibi|klibi|sözleri|şarkı sözleri",
        "şarkı sözü|sözler|sözleriyle|altyazı|altyazılı|türkçe altyazılı|türkçe çeviri|çeviri|orijinal|yeni",
        "yeni şarkı|versiyon|dizi müziği|film müziği|müzik video",
        # Russian
        "официальный|официальная|официальное|официальный клип|официальное видео|официальная премьера",
        "премьера|премьера клипа|премьера песни|премьера трека|клип|клипа|видео|видеоклип|аудио|текст",
        "текст песни|слова|слова песни|с текстом|перевод|с переводом|субтитры|лирик|лирик видео|оригинал",
        "оригинальная версия|полная версия|версия|новинка|новый|новая|новый клип|новая песня|ремастер",
        "саундтрек|из фильма|из кинофильма|скачать|бесплатно|слушать онлайн|онлайн|в хорошем качестве",
        # Japanese
        "公式|公式動画|公式mv|公式ミュージックビデオ|オフィシャル|オフィシャルビデオ|オフィシャル動画|動画",
        "ビデオ|ミュージックビデオ|ミュージック ビデオ|音源|歌詞|歌詞付き|歌詞つき|歌詞あり|和訳|日本語訳",
        "字幕|フル|フルver|フルバージョン|フルサイズ|高音質|高画質|原曲|本家|オリジナル|バージョン|新曲",
        "主題歌|オープニング|エンディング|サントラ|リリックビデオ|リマスター|作業用|作業用bgm|bgm|中毒",
        "アニメ|ショート|short ver|tv size|tvサイズ|op|ed|op1|opening|ending|anime|anime opening",
        "anime ending",
        # Chinese
        "官方|官方版|官方mv|官方高畫質|官方高画质|官方完整版|官方动态歌词|官方動態歌詞|官方歌詞版|高畫質",
        "高画质|高清|高清版|超清|完整版|完整|歌词|歌詞|歌词版|歌詞版|动态歌词|動態歌詞|動態歌詞版|附歌词",
        "附歌詞|拼音歌词|中文字幕|中字|字幕|原版|原唱|原曲|无损|無損|音频|音頻|视频|視頻|首播|新歌|主打歌|版",
        "版本|电影|電影|电视剧|電視劇|片頭曲|插曲|热门|抖音|循环|一小时|音樂錄影帶|mv版|lyrics lyric video",
        # Korean
        "공식|공식 뮤직비디오|공식 영상|뮤직비디오|뮤비|뮤직 비디오|영상|비디오|음원|가사|가사 포함|가사첨부",
        "가사 첨부|가사해석|가사 해석|해석|번역|자막|한글자막|한글 자막|발음|풀버전|풀 버전|전체|고음질",
        "고화질|원곡|원본|오리지널|버전|신곡|오에스티|리마스터|1시간|한시간|1시간 연속|반복|듣기|무대|직캠",
        "티저|안무|안무 영상|타이틀곡|수록곡|유튜브|멜론",
    )
)
"""What shares, videos and files say besides a song's names, and nobody wishes for: "remaster", "official"."""

WISHES: Final[MappingProxyType[str, Wish]] = MappingProxyType(
    {
        **dict.fromkeys(
            _folded(
                # English, German
                "live|live at|live in|live from|live version|live video|live performance|live session",
                "live sessions|live on|live concert|live take|in concert|concert|concert version|on stage",
                "onstage|at the bbc|live lounge|live aid|live performance video|recorded live|tour version",
                "live tour|live ver|festival|bootleg concert|live recording|liveversion|live konzert|konzert",
                "auf der bühne|liveaufnahme|mitschnitt|live mitschnitt",
                # Spanish
                "en vivo|en directo|en concierto|concierto|versión en vivo|vivo|directo|versión en directo",
                # French
                "en direct|en concert|en live|version live|sur scène|direct",
                # Portuguese
                "ao vivo|ao vivo em|versão ao vivo|em concerto|no palco",
                # Italian
                "dal vivo|dal vivo a|in diretta|versione live|in concerto|concerto|versione dal vivo",
                # Dutch
                "live versie|optreden|liveoptreden|in concert",
                # Swedish
                "på konsert|konsert|liveframträdande|från scen",
                # Polish
                "na żywo|koncert|koncertowa|wersja koncertowa|wersja na żywo|z koncertu",
                # Turkish
                "canlı|canlı performans|canlı performansı|konser|konseri|konser kaydı|canlı kayıt",
                "akustik canlı",
                # Japanese
                "концерт|концертная|концертная версия|лайв|живьём|живьем|живое выступление|вживую|с концерта",
                "на концерте|ライブ|ライヴ|ライブ版|ライブバージョン|ライブ映像|ライブver|生歌|生演奏",
                "コンサート|ワンマン",
                # Chinese
                "现场|現場|现场版|現場版|演唱会|演唱會|演唱会版|演唱會版|live版|演唱会现场|演唱會現場",
                # Korean
                "라이브|라이브 버전|라이브 영상|콘서트|라이브버전|생방송|라이브 클립|라이브클립",
            ),
            "live",
        ),
        **dict.fromkeys(
            _folded(
                # English, German
                "acoustic|acoustic version|acoustic session|acoustic mix|acoustics|accoustic|acustic",
                "unplugged|mtv unplugged|stripped|stripped version|stripped down|piano version",
                "piano acoustic|guitar version|tiny desk|campfire version|acoustic video",
                "acoustic performance|acoustic ver|akustik|akustisch|akustikversion|akustik version",
                "akustische version|klavierversion|pianoversion",
                # Spanish
                "acústico|acústica|versión acústica|en acústico|desenchufado|a piano",
                # French
                "acoustique|version acoustique|en acoustique|piano voix|guitare voix|version piano",
                # Portuguese
                "acústico mtv|versão acústica|voz e violão|luau|desplugado",
                # Italian
                "acustico|acustica|versione acustica|in acustico",
                # Dutch
                "akoestisch|akoestische versie|akoestische",
                # Swedish
                "akustiskt|akustisk|akustisk version",
                # Polish
                "akustycznie|akustyczna|akustyczny|wersja akustyczna|bez prądu",
                # Turkish
                "akustik versiyon|akustik performans|akustik kayıt",
                # Russian
                "акустика|акустическая|акустическая версия|акустический|в акустике|квартирник|под гитару",
                # Japanese
                "アコースティック|アコースティックバージョン|アコースティックver|弾き語り|アンプラグド",
                # Chinese
                "不插电|不插電|不插电版|不插電版|原声版|原聲版|木吉他版|吉他版|钢琴版|鋼琴版|acoustic版",
                # Korean
                "어쿠스틱|어쿠스틱 버전|어쿠스틱버전|어쿠스틱 ver|언플러그드|통기타",
            ),
            "acoustic",
        ),
        **dict.fromkeys(
            _folded(
                # English, German
                "remix|remixes|remixed|rmx|remix version|club mix|club remix|club version|dance mix",
                "dance remix|house remix|techno remix|edm remix|deep house remix|hardstyle|hardstyle remix",
                "dubstep remix|drum and bass remix|dnb remix|trap remix|phonk remix|vip mix|vip|bootleg",
                "bootleg remix|mashup|mash up|mash-up|flip|dub mix|dub|rework|reworked|refix|re edit|reedit",
                "extended remix|12 inch mix|12 mix|megamix|mega mix|afro remix|amapiano remix|lofi remix",
                "lofi|lo fi|lofi version|dj mix|dj remix|tiktok remix|official remix|jersey club",
                "jersey club remix|afro house remix|partymix|party mix|technoversion|techno version",
                "disco mix|mallorca version",
                # Spanish
                "remezcla|remezclado|versión remix|remix oficial|versión dance",
                # French
                "remix officiel|version remix|version club",
                # Portuguese
                "remix oficial|versão remix|versão funk|montagem|beat|pisadinha|versão forró",
                # Italian
                "remix ufficiale|versione remix|versione dance",
                # Dutch, Swedish, Polish, Turkish
                "hardcore remix|clubmix|klubbmix|remiks|remiksy|wersja klubowa|remiksi|remix versiyon",
                # Russian
                "ремикс|ремиксы|ремикс на|клубный ремикс|клубная версия|мэшап|мешап|ремейк",
                # Japanese
                "リミックス|リミックスバージョン|リミックスver|マッシュアップ",
                # Chinese
                "混音|混音版|remix版|dj版|抖音dj版|舞曲版|串烧|串燒|重混",
                # Korean
                "리믹스|리믹스 버전|리믹스버전|매시업|매쉬업",
            ),
            "remix",
        ),
        **dict.fromkeys(
            _folded(
                "karaoke|karaoke version|karaoke video|karaoke with lyrics|karaoke lyrics",
                "karaoke instrumental|karaoké|karoke|sing along|singalong|sing along version|sing king",
                "kara oke|kareoke|karaokeversion|zum mitsingen|mitsingen|versión karaoke|para cantar",
                "version karaoké|versão karaokê|karaokê|para cantar junto|versione karaoke|base karaoke",
                "meezingen|meezing|karaoke versie|allsång|do śpiewania|wersja karaoke|karaoke versiyonu",
                "karaoke versiyon|караоке|караоке версия|для караоке|カラオケ|カラオケバージョン|カラオケver",
                "卡拉ok|卡拉OK版|伴唱|ktv|ktv版|노래방|노래방 버전|노래방버전|가라오케|금영|태진",
            ),
            "karaoke",
        ),
        **dict.fromkeys(
            _folded(
                # English, German
                "instrumental|instrumentals|instrumental version|inst|instr|inst.|no vocals|without vocals",
                "without lyrics|backing track|playback|minus one|beat only|music only|orchestral",
                "orchestral version|orchestra version|string version|piano instrumental|guitar instrumental",
                "off vocal|off vocal version|no lyrics|violin version|instrumentalversion|ohne gesang",
                "ohne text|nur musik|orchesterversion",
                # Spanish
                "instrumentales|versión instrumental|sin voz|sin letra|pista|solo música|base instrumental",
                # French
                "instrumentale|version instrumentale|sans paroles|sans voix|version orchestrale|instru",
                # Portuguese
                "versão instrumental|sem voz|sem letra|base instrumental|só instrumental",
                # Italian
                "strumentale|versione strumentale|senza voce|senza parole|base|base musicale",
                # Dutch, Swedish
                "instrumentaal|instrumentale versie|zonder zang|instrumentell|utan sång",
                # Polish
                "instrumentalny|instrumentalna|wersja instrumentalna|bez słów|bez wokalu|podkład",
                "podkład muzyczny",
                # Turkish
                "enstrümantal|enstrumantal|enstrümental|sözsüz|altyapı|fon müziği",
                # Russian
                "инструментал|инструментальная|инструментальная версия|минус|минусовка|без слов|без голоса",
                # Japanese
                "インスト|インストゥルメンタル|インストバージョン|オフボーカル|オフボ|伴奏のみ|オルゴール",
                # Chinese
                "伴奏|纯音乐|純音樂|器乐版|器樂版|无人声|無人聲|纯伴奏|純伴奏|伴奏版",
                # Korean
                "연주|연주곡|연주 버전|인스트루멘탈|인스트|반주|엠알|mr",
            ),
            "instrumental",
        ),
        **dict.fromkeys(
            _folded(
                # English, German
                "cover|covers|covered|cover version|cover by|covered by|a cover of|cover of|covering",
                "piano cover|guitar cover|metal cover|rock cover|acoustic cover|tribute|tribute to",
                "tribute version|in the style of|as made famous by|originally performed by|made famous by",
                "8 bit|8 bit cover|postmodern jukebox|ai cover|kids bop|female version|female cover",
                "male version|male cover|rock version|metal version|punk cover|jazz version|jazz cover",
                "parody|coverversion|nachgesungen|im stil von|gecovert|parodie",
                # Spanish
                "versionado|versión cover|al estilo de|tributo|tributo a|homenaje|parodia|versión rock",
                # French
                "reprise|reprise de|version cover|hommage|hommage à|parodie|à la manière de",
                # Portuguese
                "versão cover|homenagem|no estilo de|paródia|regravação",
                # Italian
                "cover versione|nello stile di|omaggio a|rifacimento",
                # Dutch, Swedish
                "coverversie|in de stijl van|tolkning|covertolkning|i stil med",
                # Polish
                "w stylu|kower|przeróbka|w wykonaniu cover",
                # Turkish
                "kover|coverı|yorumu|yorum|tarzında",
                # Russian
                "кавер|каверы|кавер версия|кавер на|перепевка|пародия|в стиле",
                # Japanese
                "カバー|カヴァー|カバーしてみた|歌ってみた|弾いてみた|演奏してみた|カバー曲|カバーver",
                # Chinese
                "翻唱|翻唱版|cover版|女声版|女聲版|男声版|男聲版|翻弹|翻彈",
                # Korean
                "커버|커버곡|커버 버전|불러보았다|불러 보았다",
            ),
            "cover",
        ),
        **dict.fromkeys(
            _folded(
                "sped up|spedup|speed up|speedup|speed-up|speeded up|sped up version|sped|fast|faster",
                "fast version|nightcore|night core|nightcore version|nightcore remix|pitched up|high pitch",
                "1.25x|1.5x|sped up tiktok|super sped up|schneller|schnelle version|beschleunigt|acelerada",
                "acelerado|más rápido|rápida|versión rápida|accéléré|accélérée|plus rapide|acelerado tiktok",
                "mais rápido|velocizzata|velocizzato|versneld|sneller|snabbare|uppsnabbad|przyspieszona",
                "przyspieszone|szybsza wersja|hızlandırılmış|hızlı|спид ап|спидап|ускоренная|ускоренно",
                "найткор|быстрая версия|倍速|ナイトコア|高速|スピードアップ|加速|加速版|倍速版|快版|배속",
                "스페드업|스피드업|나이트코어|빠른 버전",
            ),
            "sped up",
        ),
        **dict.fromkeys(
            _folded(
                "slowed|slowed down|slowed and reverb|slowed reverb|slowed + reverb|slow|slower|slow version",
                "slow reverb|reverb|with reverb|daycore|day core|chopped and screwed|chopped|screwed",
                "slowed version|super slowed|ultra slowed|perfectly slowed|pitched down|low pitch",
                "anti nightcore|langsam|langsamer|verlangsamt|ralentizada|ralentizado|lenta|más lento",
                "versión lenta|ralenti|ralentie|plus lent|desacelerada|desacelerado|mais lento|lento",
                "rallentata|rallentato|vertraagd|langzamer|långsammare|långsam|zwolniona|zwolnione",
                "spowolniona|wolniejsza|yavaşlatılmış|yavaş|слоуд|замедленная|замедленно|медленная версия",
                "реверб|スロー|スロー版|スローバージョン|リバーブ|减速|減速|慢速|慢版|降速|슬로우|슬로우드",
                "느린 버전|리버브|느리게",
            ),
            "slowed",
        ),
    }
)
"""Which version of a song a word wishes for; what has no wish in `DECORATIONS` is only decoration."""

ORDINARY: Final = frozenset(
    _folded(
        "get|something|hey|i need|i want|i wanna|put|now|hit|gimme|disco|hello|give me|music|find|por",
        "drop|next|can you|you know|start|can i|hi|hear|anything|stuck|show me|the one|was",
        "looking for|listen|ahora|would you|spin|piece|dame|can we|algo|what about|playing|number|jam",
        "such|single|quiero|oye|bump|turn on|search|thank you|nu|hola|get me|dj|dale|son|musica|met",
        "crank|pode|chanson|again|for me|ver|for us|mal|we need|encore|quisiera|para mi|blast|balance",
        "theme|hot|radio|new|interlude|cut|stereo|ending|repeat|intro|dirty|watch|short|share|nova",
        "loop|chords|outro|genius|clean|full|final|text|ny|opus|original|latest|opening|i would like",
        "let me hear|new song|new single|neues lied|nouveau clip|free download|full album|one hour",
        "1 hour|one more time|once more|thanks|ty|can i get|want to hear|let me|may i|how about|e",
        "lass|gib|las|das lied|ac|por favor me|nos|call|called|named|hits|band|record|stuff|classic",
        "anthem|banger|title|artist",
    )
)
"""What asks or decorates, but begins or ends so many titles that it says nothing on its own."""
