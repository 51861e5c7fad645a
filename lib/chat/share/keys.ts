import { nameKey } from "../protocol.ts";

/** What joins all servers: `XADD` of each {@linkcode News} and {@linkcode Order}. */
export const EVENTS = "pinwire:events";
/** The set of the servers' names. */
export const SERVERS = "pinwire:servers";
/** The number of the last guest. */
export const GUESTS = "pinwire:guests";

/** The stream of a room's lines: 0-1, 0-2 … */
export const roomKey = (room: string) => `pinwire:room:${nameKey(room)}`;
/** The id of its log, and the number of the last line before that began. */
export const logKey = (room: string) => `pinwire:log:${nameKey(room)}`;
/** Who has a name: the server, and a signature of the member's session. */
export const nickKey = (nick: string) => `pinwire:nick:${nameKey(nick)}`;
/** The members of a server: a hash of `NICK ROOM` by name, which is gone when the server is. */
export const serverKey = (server: string) => `pinwire:server:${server}`;
/** The number of the last line that a server has said. */
export const saidKey = (server: string) => `pinwire:said:${server}`;

/** Ms for which a name, and a server's members, are kept without being renewed. */
export const LEASE = 10_000;

/** Entries of a stream that are read at once. */
export const BATCH = 500;
/** Lines that a room's stream keeps, more or less: a reader that is behind must not lose its place. */
export const KEPT_LINES = 100_000;
/** The same of the events. */
export const KEPT_EVENTS = 10_000;
/** Seconds for which a room is kept that nobody is in. */
export const KEPT_ROOM = 30 * 86_400;
/** Seconds for which a server's last number is known: so long a line may have been on its way. */
export const KEPT_NUMBER = 86_400;

/**
 * Says a line, unless it was said already: what a lost link leaves unanswered is asked again. Keys: room, log, said.
 * Arguments: the log, our number, {@linkcode KEPT_NUMBER}, {@linkcode KEPT_LINES}, fields. Gives the line's id; 0 if it was
 * said already; -1 if the log is another one.
 */
export const SAY = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end
if tonumber(redis.call('GET', KEYS[3]) or 0) >= tonumber(ARGV[2]) then return 0 end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '0-*', unpack(ARGV, 5))
redis.call('SET', KEYS[3], ARGV[2], 'EX', ARGV[3])
return id`;

/** Entries of somebody else's that are mended at once. */
const MENDED = 1_000;

/**
 * Gives a room's log. What somebody has written there under an id that isn't ours, which would keep us from writing, is
 * numbered as it should be. A room without one gets one, and so does one that has lost lines that we know. Keys: room, log.
 * Arguments: a new log's id, the log that we know, the number of the last line that we know, who said that by which number,
 * seconds for which the room is kept (0: for ever).
 */
export const LOOK = `
local last = '0'
local log = redis.call('GET', KEYS[2])
if redis.call('EXISTS', KEYS[1]) == 1 then
  local facts = redis.call('XINFO', 'STREAM', KEYS[1])
  local top
  for i = 1, #facts, 2 do
    if facts[i] == 'last-generated-id' then top = facts[i + 1] end
  end
  last = string.match(top, '^0%-(%d+)$')
  if not last then
    local others = {}
    local entry = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
    while entry and not string.match(entry[1], '^0%-') and #others < ${MENDED} do
      table.insert(others, 1, entry[2])
      redis.call('XDEL', KEYS[1], entry[1])
      entry = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
    end
    last = entry and string.match(entry[1], '^0%-(%d+)$') or log and string.match(log, '(%d+)$') or '0'
    if tonumber(last) < tonumber(ARGV[3]) and log == ARGV[2] then last = ARGV[3] end
    local added = tonumber(last) + redis.call('XLEN', KEYS[1])
    redis.call('XSETID', KEYS[1], '0-' .. last, 'ENTRIESADDED', added, 'MAXDELETEDID', '0-0')
    for _, fields in ipairs(others) do
      last = string.match(redis.call('XADD', KEYS[1], '0-*', unpack(fields)), '%-(%d+)$')
    end
  end
end
local isLost = not log
if log and log == ARGV[2] then
  isLost = tonumber(last) < tonumber(ARGV[3])
  local known = redis.call('XRANGE', KEYS[1], '0-' .. ARGV[3], '0-' .. ARGV[3])[1]
  if known then
    local by, n = '', ''
    for i = 1, #known[2], 2 do
      if known[2][i] == 'by' then by = known[2][i + 1] end
      if known[2][i] == 'n' then n = known[2][i + 1] end
    end
    isLost = isLost or by .. ' ' .. n ~= ARGV[4]
  end
end
if isLost then
  log = ARGV[1] .. ' ' .. last
  redis.call('SET', KEYS[2], log)
end
if ARGV[5] ~= '0' then
  redis.call('EXPIRE', KEYS[1], ARGV[5])
  redis.call('EXPIRE', KEYS[2], ARGV[5])
end
return log`;

/**
 * Takes a name. Key: the name. Arguments: server, signature, the signature of a session that has the name elsewhere, ms.
 * Gives the server that had it, or an empty text; nothing if it is taken.
 */
export const CLAIM = `
local held = redis.call('GET', KEYS[1])
local by, signature = string.match(held or '', '^(%S*) (%S*)$')
if held and by ~= ARGV[1] and (ARGV[3] == '-' or signature ~= ARGV[3]) then return false end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[4])
return held and by or ''`;

/**
 * Keeps names. Keys: the names. Arguments: server, ms, a signature for each. Gives the places in that list of those that
 * are another's now.
 */
export const RENEW = `
local lost = {}
for i, key in ipairs(KEYS) do
  local held = redis.call('GET', key)
  if held and string.match(held, '^(%S*)') ~= ARGV[1] then
    lost[#lost + 1] = i
  else
    redis.call('SET', key, ARGV[1] .. ' ' .. ARGV[i + 2], 'PX', ARGV[2])
  end
end
return lost`;

/** Gives a name back, unless another has it. Key: the name. Argument: server. */
export const RELEASE = `
local held = redis.call('GET', KEYS[1])
if held and string.match(held, '^(%S*)') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0`;
