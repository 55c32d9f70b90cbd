/**
 * Emoji by their short names. It is loaded when somebody writes a colon and two letters
 * for the first time, and knows nothing else.
 */

/** A name for each, the usual ones of chats; several names for one sign are several entries. */
const TABLE = "smile 😄 grin 😁 joy 😂 rofl 🤣 laughing 😆 wink 😉 blush 😊 heart_eyes 😍 thinking 🤔 "
  + "neutral_face 😐 unamused 😒 roll_eyes 🙄 sweat_smile 😅 sob 😭 cry 😢 scream 😱 angry 😠 rage 😡 "
  + "sleeping 😴 sunglasses 😎 nerd_face 🤓 confused 😕 worried 😟 astonished 😲 flushed 😳 pleading_face 🥺 "
  + "smirk 😏 relieved 😌 upside_down_face 🙃 hugs 🤗 zipper_mouth_face 🤐 mask 😷 exploding_head 🤯 "
  + "partying_face 🥳 shrug 🤷 facepalm 🤦 thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 ok_hand 👌 clap 👏 wave 👋 "
  + "pray 🙏 muscle 💪 raised_hands 🙌 point_up ☝️ point_right 👉 point_left 👈 point_down 👇 handshake 🤝 "
  + "crossed_fingers 🤞 v ✌️ eyes 👀 brain 🧠 heart ❤️ broken_heart 💔 blue_heart 💙 green_heart 💚 "
  + "yellow_heart 💛 purple_heart 💜 sparkles ✨ star ⭐ fire 🔥 boom 💥 zap ⚡ 100 💯 tada 🎉 confetti_ball 🎊 "
  + "gift 🎁 balloon 🎈 birthday 🎂 cake 🍰 trophy 🏆 medal 🏅 rocket 🚀 ship 🚢 car 🚗 bike 🚲 train 🚆 "
  + "airplane ✈️ house 🏠 office 🏢 school 🏫 earth_africa 🌍 sun ☀️ moon 🌙 cloud ☁️ rain 🌧️ snowflake ❄️ "
  + "rainbow 🌈 umbrella ☔ tree 🌳 seedling 🌱 rose 🌹 cat 🐱 dog 🐶 bug 🐛 bee 🐝 turtle 🐢 snail 🐌 snake 🐍 "
  + "whale 🐳 penguin 🐧 crab 🦀 elephant 🐘 unicorn 🦄 coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine_glass 🍷 pizza 🍕 "
  + "burger 🍔 apple 🍎 banana 🍌 cookie 🍪 egg 🥚 bread 🍞 cheese 🧀 popcorn 🍿 computer 💻 phone 📱 keyboard ⌨️ "
  + "printer 🖨️ floppy_disk 💾 battery 🔋 plug 🔌 bulb 💡 wrench 🔧 hammer 🔨 gear ⚙️ link 🔗 lock 🔒 unlock 🔓 "
  + "key 🔑 mag 🔍 package 📦 mailbox 📫 email 📧 memo 📝 pencil ✏️ book 📖 books 📚 newspaper 📰 calendar 📅 "
  + "clock 🕒 hourglass ⏳ alarm_clock ⏰ bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣 chart 📈 chart_down 📉 "
  + "clipboard 📋 pushpin 📌 paperclip 📎 scissors ✂️ wastebasket 🗑️ warning ⚠️ construction 🚧 stop 🛑 no_entry ⛔ "
  + "check ✅ white_check_mark ✅ x ❌ question ❓ exclamation ❗ plus ➕ minus ➖ recycle ♻️ arrow_up ⬆️ "
  + "arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ back 🔙 soon 🔜 new 🆕 free 🆓 ok 🆗 sos 🆘 red_circle 🔴 "
  + "green_circle 🟢 blue_circle 🔵 yellow_circle 🟡 black_circle ⚫ white_circle ⚪ checkered_flag 🏁 skull 💀 "
  + "ghost 👻 alien 👽 robot 🤖 poop 💩 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊 zzz 💤 speech_balloon 💬 "
  + "musical_note 🎵 guitar 🎸 art 🎨 camera 📷 video_camera 📹 tv 📺 game 🎮 dart 🎯 dice 🎲 soccer ⚽ basketball 🏀";

const words = TABLE.split(" ");

/** Pairs of a name and its sign. @type {[string, string][]} */
export const EMOJI = words.flatMap((word, place) => (place % 2 ? [] : [[word, words[place + 1]]]));
