"""Exports as services and players write them, with a made-up person in every place that has people.

Where a form is described or was seen:
- Exportify: its README (pavelkomarov/exportify). TuneMyMusic: its CSV as users keep it (angall1/CSVMusic).
- Spotify: "Understanding my data", and the ReadMeFirst of the extended history.
- Apple: "Save a copy of your playlists in Music on Mac". rekordbox: Pioneer's "rekordbox.xml format list".
- XSPF and JSPF: xspf.org/spec and xspf.org/jspf.
- Last.fm: its API's `user.getRecentTracks`, lastfm.ghan.nl/export, lastfmstats.com (felhag/lastfm-stats-web),
  benjaminbenben.com/lastfm-to-csv.
- ListenBrainz: metabrainz/listenbrainz-server, `listenbrainz/background/export.py`.
- YouTube Music: Google's Takeout as seanbreckenridge/google_takeout_parser reads it, in several languages.
"""

from __future__ import annotations

import json
from typing import Any

PERSON = "Quuxina"
"""In every place that holds somebody's name, user name, address or text."""
BOTH = [("Waterloo", "ABBA"), ("Mr. Brightside", "The Killers")]
"""What every playlist here names, in this order."""
IDS = ("3EYOJ48Et32uATr9ZmLnAo", "003vvx7Niy0yvhvHt4a68B")
NOON = 1_700_000_000
"""14 November 2023, 22:13:20 UTC."""

Json = Any

EXPORTIFY = (
    '\ufeff"Track URI","Track Name","Album Name","Artist Name(s)","Release Date","Duration (ms)",'
    '"Popularity","Explicit","Added By","Added At","Genres","Record Label","Danceability","Tempo"\r\n'
    f'"spotify:track:{IDS[0]}","Waterloo","Waterloo","ABBA","1974-03-04","168000","70","false","{PERSON}",'
    '"2017-04-11T16:56:27Z","pop","Polar","0.4","147"\r\n'
    f'"spotify:track:{IDS[1]}","Mr. Brightside","Hot Fuss","The Killers","2004-06-07","222973","80","false",'
    f'"{PERSON}","2017-04-12T16:56:27Z","rock","Island","0.3","148"\r\n'
)
TUNEMYMUSIC = (
    "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id\r\n"
    f'Waterloo,ABBA,Waterloo,"Road, trip",Playlist,SEAYD7401010,{IDS[0]}\r\n'
    f'Mr. Brightside,The Killers,Hot Fuss,"Road, trip",Playlist,USIR20400274,{IDS[1]}\r\n'
    "The Killers - Mr. Brightside,,,Videos,Playlist,,\r\n"
    "ABBA - Waterloo,,,Videos,Playlist,,\r\n"
    f"{PERSON},,,,Artist,,\r\n"
)
SPOTIFY_PLAYLISTS: Json = {
    "playlists": [
        {
            "name": "Road trip",
            "lastModifiedDate": "2023-11-05",
            "collaborators": [PERSON],
            "items": [
                {
                    "track": {
                        "trackName": title,
                        "artistName": artist,
                        "albumName": "An album",
                        "trackUri": f"spotify:track:{id_}",
                    },
                    "episode": None,
                    "audiobook": None,
                    "localTrack": None,
                    "addedDate": "2023-11-05",
                }
                for (title, artist), id_ in zip(BOTH, IDS, strict=True)
            ]
            + [
                {"track": None, "episode": {"episodeName": "Talk", "showName": PERSON}, "localTrack": None},
                {"track": None, "localTrack": {"uri": "spotify:local:The+Neighbours:Demos:Our+Demo:215"}},
            ],
            "description": f"by {PERSON}",
            "numberOfFollowers": 3,
        },
        {"name": "Empty", "lastModifiedDate": "2023-11-05", "items": []},
    ]
}
SPOTIFY_LIBRARY: Json = {
    "tracks": [
        {"artist": artist, "album": "An album", "track": title, "uri": f"spotify:track:{id_}"}
        for (title, artist), id_ in zip(BOTH, IDS, strict=True)
    ],
    "albums": [{"artist": PERSON, "album": "x", "uri": "spotify:album:x"}],
    "shows": [],
    "episodes": [],
    "bannedTracks": [],
    "artists": [{"name": PERSON, "uri": "spotify:artist:x"}],
    "bannedArtists": [],
    "other": [],
}
SPOTIFY_YEAR: Json = [
    {"endTime": "2023-11-14 22:13", "artistName": "ABBA", "trackName": "Waterloo", "msPlayed": 168_000},
    {"endTime": "2023-11-14 22:14", "artistName": PERSON, "trackName": "Skipped", "msPlayed": 4_000},
    {
        "endTime": "2023-11-14 22:17",
        "artistName": "The Killers",
        "trackName": "Mr. Brightside",
        "msPlayed": 222_973,
    },
    {"endTime": "2023-11-15 09:00", "artistName": "a-ha", "trackName": "Take on Me", "msPlayed": 225_000},
    {"endTime": "2023-11-15 09:05", "artistName": "ABBA", "trackName": "Waterloo", "msPlayed": 168_000},
]


def extended(ts: str, title: str | None, artist: str | None, **more: Json) -> Json:
    """A stream as the extended history has it."""
    return {
        "ts": ts,
        "username": PERSON,
        "platform": f"Android OS ({PERSON}'s phone)",
        "ms_played": 168_000,
        "conn_country": "SE",
        "ip_addr": f"203.0.113.7 {PERSON}",
        "user_agent_decrypted": PERSON,
        "master_metadata_track_name": title,
        "master_metadata_album_artist_name": artist,
        "master_metadata_album_album_name": "An album" if title else None,
        "spotify_track_uri": f"spotify:track:{IDS[0]}" if title == "Waterloo" else None,
        "episode_name": None if title else "Talk",
        "episode_show_name": None if title else PERSON,
        "spotify_episode_uri": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": 1_700_000_000,
        "incognito_mode": False,
        **more,
    }


SPOTIFY_EXTENDED: Json = [
    extended("2023-11-14T22:17:00Z", "Mr. Brightside", "The Killers"),
    extended("2023-11-14T22:13:20Z", "Waterloo", "ABBA"),
    extended("2023-11-14T22:20:00Z", None, None),
    extended("2023-11-14T22:21:00Z", "Secret", PERSON, incognito_mode=True),
    extended("2023-11-15T09:00:00Z", "Take on Me", "a-ha"),
    extended("2023-11-15T09:05:00Z", "Waterloo", "ABBA"),
]
APPLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Major Version</key><integer>1</integer>
  <key>Date</key><date>2023-11-14T22:13:20Z</date>
  <key>Music Folder</key><string>file:///Users/{PERSON}/Music/</string>
  <key>Tracks</key>
  <dict>
    <key>101</key>
    <dict>
      <key>Track ID</key><integer>101</integer>
      <key>Name</key><string>Waterloo</string>
      <key>Artist</key><string>ABBA</string>
      <key>Album</key><string>Waterloo</string>
      <key>Total Time</key><integer>168000</integer>
      <key>Year</key><integer>1974</integer>
      <key>Date Added</key><date>2020-01-01T00:00:00Z</date>
      <key>Location</key><string>file:///Users/{PERSON}/Music/Waterloo.m4a</string>
    </dict>
    <key>102</key>
    <dict>
      <key>Track ID</key><integer>102</integer>
      <key>Name</key><string>Mr. Brightside</string>
      <key>Artist</key><string>The Killers</string>
    </dict>
    <key>103</key>
    <dict>
      <key>Track ID</key><integer>103</integer>
      <key>Name</key><string>Talk of {PERSON}</string>
      <key>Podcast</key><true/>
    </dict>
  </dict>
  <key>Playlists</key>
  <array>
    <dict>
      <key>Name</key><string>Library of {PERSON}</string>
      <key>Master</key><true/>
      <key>Playlist Items</key>
      <array><dict><key>Track ID</key><integer>102</integer></dict></array>
    </dict>
    <dict>
      <key>Name</key><string>Music of {PERSON}</string>
      <key>Distinguished Kind</key><integer>4</integer>
      <key>Playlist Items</key>
      <array><dict><key>Track ID</key><integer>102</integer></dict></array>
    </dict>
    <dict>
      <key>Name</key><string>Road trip</string>
      <key>Playlist ID</key><integer>1</integer>
      <key>Playlist Items</key>
      <array>
        <dict><key>Track ID</key><integer>101</integer></dict>
        <dict><key>Track ID</key><integer>103</integer></dict>
        <dict><key>Track ID</key><integer>102</integer></dict>
      </array>
    </dict>
  </array>
</dict>
</plist>
"""
REKORDBOX = f"""<?xml version="1.0" encoding="UTF-8"?>

<DJ_PLAYLISTS Version="1.0.0">
  <PRODUCT Name="rekordbox" Version="6.8.5" Company="AlphaTheta"/>
  <COLLECTION Entries="2">
    <TRACK TrackID="11" Name="Waterloo" Artist="ABBA" Composer="" Album="Waterloo" Genre="Pop" Kind="MP3 File"
           TotalTime="168" Year="1974" AverageBpm="147.00" Comments="{PERSON}"
           Location="file://localhost/Users/{PERSON}/Waterloo.mp3">
      <TEMPO Inizio="0.025" Bpm="147.00" Metro="4/4" Battito="1"/>
      <POSITION_MARK Name="{PERSON}" Type="0" Start="0.025" Num="0"/>
    </TRACK>
    <TRACK TrackID="12" Name="Mr. Brightside" Artist="The Killers" TotalTime="222"
           Location="file://localhost/Users/{PERSON}/Mr%20Brightside.mp3"/>
  </COLLECTION>
  <PLAYLISTS>
    <NODE Type="0" Name="ROOT" Count="1">
      <NODE Name="Gigs" Type="0" Count="2">
        <NODE Name="Road trip" Type="1" KeyType="0" Entries="3">
          <TRACK Key="11"/><TRACK Key="12"/><TRACK Key="99"/>
        </NODE>
        <NODE Name="By place" Type="1" KeyType="1" Entries="2">
          <TRACK Key="file://localhost/Users/{PERSON}/Mr%20Brightside.mp3"/>
          <TRACK Key="file://localhost/Users/{PERSON}/Waterloo.mp3"/>
        </NODE>
      </NODE>
    </NODE>
  </PLAYLISTS>
</DJ_PLAYLISTS>
"""
XSPF = f"""<?xml version="1.0" encoding="UTF-8"?>
<playlist version="1" xmlns="http://xspf.org/ns/0/">
  <title>Road trip</title><creator>{PERSON}</creator><annotation>{PERSON}</annotation>
  <trackList>
    <track><location>file:///home/{PERSON}/w.ogg</location><title>Waterloo</title><creator>ABBA</creator>
      <album>Waterloo</album><duration>168000</duration><annotation>{PERSON}</annotation></track>
    <track><title>Mr. Brightside</title><creator>The Killers</creator></track>
  </trackList>
</playlist>
"""
JSPF: Json = {
    "playlist": {
        "title": "Road trip",
        "creator": PERSON,
        "annotation": PERSON,
        "identifier": "https://listenbrainz.org/playlist/x",
        "track": [
            {
                "title": title,
                "creator": artist,
                "identifier": ["https://musicbrainz.org/recording/00000000-0000-0000-0000-000000000000"],
                "extension": {"https://musicbrainz.org/doc/jspf#track": {"added_by": PERSON}},
            }
            for title, artist in BOTH
        ],
    }
}
M3U = (
    "#EXTM3U\n#PLAYLIST:Road trip\n"
    f"#EXTINF:168,ABBA - Waterloo\n/home/{PERSON}/Music/ABBA - Waterloo.mp3\n"
    f"#EXTINF:222,The Killers - Mr. Brightside\n/home/{PERSON}/Music/The Killers - Mr. Brightside.mp3\n"
)
PLS = (
    "[playlist]\n"
    f"File1=/home/{PERSON}/w.ogg\nTitle1=ABBA - Waterloo\nLength1=168\n"
    f"File2=/home/{PERSON}/b.ogg\nTitle2=The Killers - Mr. Brightside\nLength2=222\n"
    "NumberOfEntries=2\nVersion=2\n"
)
PLAIN = "1. ABBA - Waterloo\n2. The Killers - Mr. Brightside\n"

LASTFM_GHAN = (
    "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
    f'"{NOON + 43_200}","15 Nov 2023, 10:13","a-ha","","Hunting High and Low","","Take on Me",""\n'
    f'"{NOON + 43_500}","15 Nov 2023, 10:18","ABBA","","Waterloo","","Waterloo",""\n'
    f'"{NOON + 220}","14 Nov 2023, 22:17","The Killers","","Hot Fuss","","Mr. Brightside",""\n'
    f'"{NOON}","14 Nov 2023, 22:13","ABBA","","Waterloo","","Waterloo",""\n'
)
LASTFM_STATS = (
    f"\ufeffArtist;Album;AlbumId;Track;Date#{PERSON}\n"
    f'"a-ha";"Hunting High and Low";"";"Take on Me";"{NOON + 43_200}000"\n'
    f'"ABBA";"Waterloo";"";"Waterloo";"{NOON + 43_500}000"\n'
    f'"The Killers";"Hot Fuss";"";"Mr. Brightside";"{NOON + 220}000"\n'
    f'"ABBA";"Waterloo";"";"Waterloo";"{NOON}000"\n'
)
LASTFM_HEADLESS = (
    'a-ha,Hunting High and Low,Take on Me,"15 Nov 2023, 10:13"\n'
    'ABBA,Waterloo,Waterloo,"15 Nov 2023, 10:18"\n'
    'The Killers,Hot Fuss,Mr. Brightside,"14 Nov 2023, 22:17"\n'
    'ABBA,Waterloo,Waterloo,"14 Nov 2023, 22:13"\n'
)


def scrobble(title: str, artist: str, at_s: int | None) -> Json:
    """A listen as Last.fm's API has it."""
    when = (
        {"@attr": {"nowplaying": "true"}} if at_s is None else {"date": {"uts": str(at_s), "#text": "then"}}
    )
    return {
        "artist": {"mbid": "", "#text": artist},
        "streamable": "0",
        "image": [{"size": "small", "#text": "https://lastfm.freetls.fastly.net/i/u/34s/x.png"}],
        "mbid": "",
        "album": {"mbid": "", "#text": "An album"},
        "name": title,
        "url": f"https://www.last.fm/user/{PERSON}",
        **when,
    }


LASTFM_PLAYS = [
    scrobble("Now", PERSON, None),
    scrobble("Take on Me", "a-ha", NOON + 43_200),
    scrobble("Waterloo", "ABBA", NOON + 43_500),
    scrobble("Mr. Brightside", "The Killers", NOON + 220),
    scrobble("Waterloo", "ABBA", NOON),
]
ATTR = {"user": PERSON, "totalPages": "1", "page": "1", "perPage": "200", "total": "4"}
LASTFM_API: Json = {"recenttracks": {"track": LASTFM_PLAYS, "@attr": ATTR}}
LASTFM_PAGES: Json = [{"track": LASTFM_PLAYS[:3], "@attr": ATTR}, {"track": LASTFM_PLAYS[3:], "@attr": ATTR}]
LASTFM_STATS_JSON: Json = {
    "username": PERSON,
    "scrobbles": [
        {"track": title, "artist": artist, "album": "An album", "albumId": "", "date": at_s * 1000}
        for title, artist, at_s in (
            ("Take on Me", "a-ha", NOON + 43_200),
            ("Waterloo", "ABBA", NOON + 43_500),
            ("Mr. Brightside", "The Killers", NOON + 220),
            ("Waterloo", "ABBA", NOON),
        )
    ],
}


def listen(title: str, artist: str, at_s: float) -> Json:
    """A listen as ListenBrainz has it."""
    return {
        "listened_at": at_s,
        "track_metadata": {
            "track_name": title,
            "artist_name": artist,
            "release_name": "An album",
            "recording_msid": "00000000-0000-0000-0000-000000000000",
            "additional_info": {"submission_client": PERSON, "duration_ms": 168_000},
            "mbid_mapping": {"artists": [{"artist_credit_name": artist, "join_phrase": ""}]},
        },
    }


LISTENBRAINZ = "".join(
    json.dumps(each, ensure_ascii=False) + "\n"
    for each in (
        listen("Waterloo", "ABBA", NOON + 0.0),
        listen("Mr. Brightside", "The Killers", NOON + 220.5),
        listen("Take on Me", "a-ha", NOON + 43_200.0),
        listen("Waterloo", "ABBA", NOON + 43_500.0),
    )
)


MUSIC, VIDEOS = "YouTube Music", "YouTube"


def watched(title: str, channel: str | None, at: str, video: str, header: str = MUSIC) -> Json:
    """Something that was watched, as Takeout has it."""
    said: Json = {
        "header": header,
        "title": title,
        "titleUrl": f"https://music.youtube.com/watch?v={video}",
        "time": at,
        "products": ["YouTube"],
        "activityControls": ["YouTube watch history"],
    }
    if channel:
        said["subtitles"] = [{"name": channel, "url": "https://www.youtube.com/channel/UCx"}]
    return said


YOUTUBE_HISTORY: Json = [
    watched("Watched Waterloo", "ABBA - Topic", "2023-11-15T10:18:20.123Z", "Sj_9CiNkkn4"),
    watched("Watched a-ha - Take On Me (Official Video)", "a-ha", "2023-11-15T10:13:20Z", "djV11Xbc914"),
    watched("Watched My holiday", PERSON, "2023-11-15T10:10:00Z", "abcdefghijk", "YouTube"),
    watched(
        "Watched https://www.youtube.com/watch?v=gone0000000", None, "2023-11-15T10:09:00Z", "gone0000000"
    ),
    watched(
        "Watched Mr. Brightside", "The Killers - Topic", "2023-11-14T22:17:00Z", "gGdGFtwCNBE", "YouTube"
    ),
    watched("Watched Waterloo", "ABBA - Topic", "2023-11-14T22:13:20Z", "Sj_9CiNkkn4"),
    {
        **watched("Watched Buy this", PERSON, "2023-11-14T22:00:00Z", "ADSADSADS12"),
        "details": [{"name": "Ad"}],
    },
]
YOUTUBE_PLAYLIST = (
    "Video ID,Playlist Video Creation Timestamp\n"
    "Sj_9CiNkkn4,2023-01-01T10:00:00+00:00\n"
    "gGdGFtwCNBE,2023-01-02T10:00:00+00:00\n"
    "abcdefghijk,2023-01-03T10:00:00+00:00\n\n\n"
)
YOUTUBE_PLAYLIST_OLD = (
    "Playlist Id,Channel Id,Time Created,Time Updated,Title,Description,Visibility\n"
    f"PLx,{PERSON},2020-01-01 00:00:00 UTC,2020-01-01 00:00:00 UTC,Road trip,{PERSON},Private\n\n"
    "Video Id,Time Added\n"
    "Sj_9CiNkkn4,2020-01-01 00:00:00 UTC\n"
    "gGdGFtwCNBE,2020-01-02 00:00:00 UTC\n"
)
YOUTUBE_LIBRARY = (
    "Video ID,Song Title,Album Title,Artist Name 1,Artist Name 2\n"
    "Sj_9CiNkkn4,Waterloo,Waterloo,ABBA,\n"
    "gGdGFtwCNBE,Mr. Brightside,Hot Fuss,The Killers,\n"
)

PLAYLISTS: dict[str, tuple[str, str]] = {
    "road_trip.csv": (EXPORTIFY, "Exportify CSV"),
    "My Spotify Library.csv": (TUNEMYMUSIC, "TuneMyMusic CSV"),
    "Playlist1.json": (json.dumps(SPOTIFY_PLAYLISTS), "Spotify playlists"),
    "YourLibrary.json": (json.dumps(SPOTIFY_LIBRARY), "Spotify liked songs"),
    "Library.xml": (APPLE, "Apple Music XML"),
    "rekordbox.xml": (REKORDBOX, "rekordbox XML"),
    "list.xspf": (XSPF, "XSPF"),
    "list.jspf": (json.dumps(JSPF), "JSPF"),
    "list.m3u8": (M3U, "M3U"),
    "list.pls": (PLS, "PLS"),
    "list.txt": (PLAIN, "text"),
}
"""Playlists: under what name people have them, their content, and what they are called in the counts."""
HISTORIES: dict[str, tuple[str, str]] = {
    "StreamingHistory_music_0.json": (json.dumps(SPOTIFY_YEAR), "Spotify history"),
    "Streaming_History_Audio_2023_0.json": (json.dumps(SPOTIFY_EXTENDED), "Spotify extended history"),
    f"recenttracks-{PERSON}.csv": (LASTFM_GHAN, "Last.fm history"),
    f"lastfmstats-{PERSON}.csv": (LASTFM_STATS, "Last.fm history"),
    f"{PERSON}.csv": (LASTFM_HEADLESS, "Last.fm history"),
    f"recenttracks-{PERSON}.json": (json.dumps(LASTFM_API), "Last.fm history"),
    f"pages-{PERSON}.json": (json.dumps(LASTFM_PAGES), "Last.fm history"),
    f"lastfmstats-{PERSON}.json": (json.dumps(LASTFM_STATS_JSON), "Last.fm history"),
    "11.jsonl": (LISTENBRAINZ, "ListenBrainz history"),
    "watch-history.json": (json.dumps(YOUTUBE_HISTORY), "YouTube Music history"),
}
"""Listens, likewise: all of them tell of one evening with `BOTH` and of the next morning."""
EVERY = {**PLAYLISTS, **HISTORIES}
