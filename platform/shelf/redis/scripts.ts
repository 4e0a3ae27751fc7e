/**
 * Steps that Redis does in one (Lua 5.1; every key of a processor has one hash tag, so that they are in one slot of a
 * cluster). `shelf` of a record is `<user>|<time>`; a place in the lists is made of it and the id.
 */

/** Removes what lists, dues and refusals have of a record. */
const UNLIST = `
local function unlist(ids, places, due, refused, shelf, id)
  redis.call('ZREM', ids, id .. '|' .. shelf)
  redis.call('ZREM', places, shelf .. '|' .. id)
  redis.call('ZREM', due, id)
  redis.call('ZREM', refused, shelf .. '|' .. id)
end
`;

/**
 * Stores a record, unless it is there, or completes one. KEYS: record, ids, places, due, refused, tags, numbers. ARGV: id,
 * shelf, due at, ms to live, kind of number or '', number, whether it completes, how many tags, tags, fields and values.
 * Answers 1: stored, 0: there, -1: nothing to complete, 2: the number was given before.
 */
export const ADD = `${UNLIST}
local record, ids, places, due, refused, tags, numbers = unpack(KEYS)
local id, shelf, due_at, ttl, of, number = unpack(ARGV, 1, 6)
local completes, count = ARGV[7] == '1', tonumber(ARGV[8])
local there = redis.call('HGET', record, 'hash')
if completes then
  if not there then return -1 end
  if there ~= '' then return 0 end
elseif there then
  return 0
end
if of ~= '' then
  local given = tonumber(redis.call('HGET', numbers, of) or '0')
  if given >= tonumber(number) then return 2 end
  redis.call('HSET', numbers, of, number)
end
local stale = ''
if completes then
  stale = redis.call('HGET', record, 'stale')
  unlist(ids, places, due, refused, redis.call('HGET', record, 'shelf'), id)
  redis.call('DEL', record)
end
for field = 9 + count, #ARGV, 2 do redis.call('HSET', record, ARGV[field], ARGV[field + 1]) end
redis.call('HSET', record, 'shelf', shelf, 'stale', stale)
redis.call('PEXPIRE', record, ttl)
redis.call('ZADD', ids, 0, id .. '|' .. shelf)
redis.call('ZADD', places, 0, shelf .. '|' .. id)
redis.call('ZADD', due, due_at, id)
for tag = 9, 8 + count do redis.call('ZADD', tags, 0, ARGV[tag] .. '|' .. id) end
if count > 0 then redis.call('PEXPIRE', tags, ttl) end
return 1`;

/** Changes what the index knows. KEYS: due, refused, records. ARGV: kind, two values, ids in the order of the records. */
export const CHANGE = `
local due, refused = KEYS[1], KEYS[2]
local kind, value, hash = ARGV[1], ARGV[2], ARGV[3]
for index = 3, #KEYS do
  local record, id = KEYS[index], ARGV[index + 1]
  local shelf = redis.call('HGET', record, 'shelf')
  if shelf then
    local place = shelf .. '|' .. id
    local waits = redis.call('HGET', record, 'registered_at') == ''
    if kind == 'registered' and waits and redis.call('HGET', record, 'hash') == hash then
      redis.call('HSET', record, 'registered_at', value, 'refusal', '')
      redis.call('ZREM', due, id)
      redis.call('ZREM', refused, place)
    elseif kind == 'refused' and waits then
      redis.call('HSET', record, 'refusal', value)
      redis.call('ZREM', due, id)
      redis.call('ZADD', refused, 0, place)
    elseif kind == 'postponed' then
      redis.call('HSET', record, 'register_at', value)
      redis.call('HINCRBY', record, 'attempts', 1)
      if waits and redis.call('HGET', record, 'refusal') == '' then redis.call('ZADD', due, value, id) end
    elseif kind == 'reopened' then
      redis.call('HSET', record, 'registered_at', '', 'refusal', '', 'attempts', '0')
      redis.call('ZADD', due, redis.call('HGET', record, 'register_at'), id)
      redis.call('ZREM', refused, place)
    elseif kind == 'stale' and string.sub(shelf, 1, #value + 1) == value .. '|' then
      redis.call('HSET', record, 'stale', '1')
    end
  end
end
return 0`;

/** Erases a user's records. KEYS: ids, places, due, refused, tags, records. ARGV: user, ids, then tags as they are listed. */
export const ERASE = `${UNLIST}
local ids, places, due, refused, tags = unpack(KEYS, 1, 5)
local user, count = ARGV[1], #KEYS - 5
for index = 1, count do
  local record, id = KEYS[5 + index], ARGV[1 + index]
  local shelf = redis.call('HGET', record, 'shelf')
  if shelf and string.sub(shelf, 1, #user + 1) == user .. '|' then
    unlist(ids, places, due, refused, shelf, id)
    redis.call('DEL', record)
  end
end
for index = 2 + count, #ARGV do redis.call('ZREM', tags, ARGV[index]) end
return 0`;

/** Takes out of the lists what is not there any more. KEYS: ids, places, due, refused, records. ARGV: id and shelf of each. */
export const PRUNE = `${UNLIST}
for index = 5, #KEYS do
  local at = 2 * (index - 5) + 1
  if redis.call('EXISTS', KEYS[index]) == 0 then
    unlist(KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[at + 1], ARGV[at])
  end
end
return 0`;

/** Enters a record into the lists again that were lost. KEYS: record, ids, places, due, refused. ARGV: id. */
export const RELIST = `
local shelf = redis.call('HGET', KEYS[1], 'shelf')
if not shelf then return 0 end
local id = ARGV[1]
redis.call('ZADD', KEYS[2], 0, id .. '|' .. shelf)
redis.call('ZADD', KEYS[3], 0, shelf .. '|' .. id)
if redis.call('HGET', KEYS[1], 'refusal') ~= '' then
  redis.call('ZADD', KEYS[5], 0, shelf .. '|' .. id)
elseif redis.call('HGET', KEYS[1], 'registered_at') == '' then
  redis.call('ZADD', KEYS[4], redis.call('HGET', KEYS[1], 'register_at'), id)
end
return 1`;

/** Enters tags of a record that is there. KEYS: record, tags. ARGV: ms to live, tags as they are listed. */
export const TAG = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for index = 2, #ARGV do redis.call('ZADD', KEYS[2], 0, ARGV[index]) end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return 1`;
