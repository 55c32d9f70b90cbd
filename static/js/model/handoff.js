/**
 * Taking over the session that another tab of this browser has owned.
 *
 * It knows no tabs and no storage: what was kept is passed in.
 */

/** @import { Kept, Room, State } from "./types.js" */

/**
 * Return the state that knows what was `kept` by the tab that has had it last.
 *
 * The window on each room stays, and reading goes on behind it: so the log that
 * its numbers belong to stays as well, and the hub says if it is another now.
 * @param {State} state
 * @param {Kept} kept
 * @returns {State}
 */
export function takeOver(state, kept) {
  const wanted = kept.rooms.length ? [...kept.rooms] : state.wanted;
  if (state.opening !== null && !wanted.includes(state.opening)) wanted.push(state.opening);
  // A name with an @ is a direct conversation, which no other tab can leave.
  const stay = [...state.rooms].filter(([name]) => wanted.includes(name) || name.startsWith("@"));
  const sameLog = state.session.log === kept.session.log;
  const rooms = new Map(stay.map(
    ([name, room]) => [name, sameLog ? readUpTo(room, kept.marks.get(name)) : room],
  ));
  return {
    ...state, wanted, rooms, nickPrompt: null, passPrompt: null,
    pass: kept.pass || state.pass, remember: kept.remember ?? state.remember,
    nick: kept.nick || state.nick,
    current: state.current !== null && rooms.has(state.current) ? state.current : state.opening ?? wanted[0] ?? null,
    marks: kept.marks,
    session: {
      ...state.session,
      resume: kept.session.resume ?? state.session.resume,
      log: state.session.log ?? kept.session.log,
    },
  };
}

/**
 * Lines that were read in the other tab are read here, even before they arrive.
 * @param {Room} room
 * @param {number|undefined} mark
 * @returns {Room}
 */
function readUpTo(room, mark) {
  return mark === undefined || room.read === null ? room : { ...room, read: Math.max(room.read, mark) };
}
