-- SPDX-License-Identifier: MIT
--
--	wrk -s flow.lua URL -- FLOW TOKENS
--
-- What wrk asks for: one of the flows below, by users and of products drawn
-- at random.  TOKENS has a user's token a line.  Ends with one line of figures
-- as dbbench has it.

local PRODUCTS = 1000
local PREPARED = 4000	-- requests that are made beforehand, a thread

local function product()
	return "GET", "/v1/products/" .. math.random(PRODUCTS)
end

local function balance()
	return "GET", "/v1/points/balance"
end

local function charge()
	return "POST", "/v1/points/charge", '{"amount": 1000}'
end

-- One piece each, of a product out of each share of the products.
local function order_of(lines)
	local items, share = {}, math.floor(PRODUCTS / lines)
	for i = 1, lines do
		items[i] = string.format('{"productId": %d, "quantity": 1}',
		    (i - 1) * share + math.random(share))
	end
	return "POST", "/v1/orders",
	    '{"items": [' .. table.concat(items, ", ") .. ']}'
end

local function order_hot()
	return "POST", "/v1/orders",
	    '{"items": [{"productId": 1, "quantity": 1}]}'
end

-- name = { what to ask for, whether a user does, with a key }
local flows = {
	["get"] = { function() return "GET", nil end },
	["product"] = { product },
	["top"] = { function() return "GET", "/v1/products/top" end },
	["balance"] = { balance, true },
	["charge"] = { charge, true },
	["charge-key"] = { charge, true, true },
	["order"] = { function() return order_of(1) end, true },
	["order-key"] = { function() return order_of(1) end, true, true },
	["order-hot"] = { order_hot, true },
	["order-10"] = { function() return order_of(10) end, true },
}

local prepared, at = {}, 0
local run, key_at

local function read_tokens(file)
	local tokens = {}
	for token in io.lines(file) do
		tokens[#tokens + 1] = token
	end
	return tokens
end

-- Bytes that no other thread and no other run has.
local function fresh()
	local f = assert(io.open("/dev/urandom", "rb"))
	local bytes = f:read(8)
	f:close()
	return bytes
end

local function seed(bytes)
	local n = 0
	for i = 1, 4 do
		n = n * 256 + bytes:byte(i)
	end
	math.randomseed(n)
end

function init(args)
	local flow = assert(flows[args[1]], "no such flow")
	local tokens = flow[2] and read_tokens(args[2])
	local bytes = fresh()

	seed(bytes)
	run = bytes:gsub(".", function(c)
		return string.format("%02x", c:byte())
	end)
	for i = 1, PREPARED do
		local method, path, body = flow[1]()
		local headers = {}
		if flow[2] then
			headers["Authorization"] = "Bearer " ..
			    tokens[math.random(#tokens)]
		end
		if body then
			headers["Content-Type"] = "application/json"
		end
		if flow[3] then
			headers["Idempotency-Key"] = "@KEY@"
		end
		prepared[i] = wrk.format(method, path, headers, body)
	end
	if flow[3] then
		for i = 1, PREPARED do
			local from, to = prepared[i]:find("@KEY@", 1, true)
			prepared[i] = { prepared[i]:sub(1, from - 1),
			    prepared[i]:sub(to + 1) }
		end
		key_at = 0
	end
end

function request()
	at = at % PREPARED + 1
	if not key_at then
		return prepared[at]
	end
	key_at = key_at + 1
	return prepared[at][1] .. run .. key_at .. prepared[at][2]
end

function done(summary, latency)
	local e = summary.errors
	local lost = e.connect + e.read + e.write + e.timeout
	print(string.format("n=%d rate=%d p50_us=%d p99_us=%d max_us=%d " ..
	    "errors=%d first_error=\"%s\"",
	    summary.requests - e.status,
	    (summary.requests - e.status) / summary.duration * 1000000,
	    latency:percentile(50), latency:percentile(99), latency.max,
	    lost + e.status, lost + e.status == 0 and "" or
	    string.format("%d with a status over 399, %d without an answer",
		e.status, lost)))
end
