// 复算一次双随机抽取：种子、抽签号、抽中的对象。不连网，不用任何库；SHA-256 与 SM3 都自己算。
// Recomputes a draw from the published input; the same format as `draw compute` takes.
"use strict";

const utf8 = (text) => new TextEncoder().encode(text);
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (two) => parseInt(two, 16));
const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}

// 四字节大端长度，再接内容
function lp(bytes) {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return join([length, bytes]);
}

function blocks(data) {
  const padded = new Uint8Array((Math.floor((data.length + 8) / 64) + 1) * 64);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(data.length / 0x20000000));
  view.setUint32(padded.length - 4, data.length << 3);
  return view;
}

const left = (word, by) => (by % 32 ? (word << by % 32) | (word >>> (32 - (by % 32))) : word);

function finish(state) {
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, at) => out.setUint32(4 * at, word));
  return new Uint8Array(out.buffer);
}

// FIPS 180-4: the constants are the fractional parts of roots of the first primes
const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);
const fraction = (number) => ((number - Math.floor(number)) * 0x100000000) | 0;
const K256 = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const H256 = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

function sha256(data) {
  const view = blocks(data);
  let state = H256;
  for (let start = 0; start < view.byteLength; start += 64) {
    const words = [];
    for (let at = 0; at < 64; at++) {
      if (at < 16) words.push(view.getInt32(start + 4 * at));
      else {
        const early = words[at - 15];
        const late = words[at - 2];
        const one = left(early, 25) ^ left(early, 14) ^ (early >>> 3);
        const two = left(late, 15) ^ left(late, 13) ^ (late >>> 10);
        words.push((words[at - 16] + one + words[at - 7] + two) | 0);
      }
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at++) {
      const first = left(e, 26) ^ left(e, 21) ^ left(e, 7);
      const one = (h + first + ((e & f) ^ (~e & g)) + K256[at] + words[at]) | 0;
      const second = left(a, 30) ^ left(a, 19) ^ left(a, 10);
      const two = (second + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    const mixed = [a, b, c, d, e, f, g, h];
    state = state.map((word, at) => (word + mixed[at]) | 0);
  }
  return finish(state);
}

// GB/T 32905-2016
const H_SM3 = [
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
];

function sm3(data) {
  const view = blocks(data);
  let state = H_SM3;
  for (let start = 0; start < view.byteLength; start += 64) {
    const words = [];
    for (let at = 0; at < 68; at++) {
      if (at < 16) words.push(view.getInt32(start + 4 * at));
      else {
        const mixed = words[at - 16] ^ words[at - 9] ^ left(words[at - 3], 15);
        const turned = mixed ^ left(mixed, 15) ^ left(mixed, 23);
        words.push(turned ^ left(words[at - 13], 7) ^ words[at - 6]);
      }
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at++) {
      const constant = left(at < 16 ? 0x79cc4519 : 0x7a879d8a, at);
      const one = left((left(a, 12) + e + constant) | 0, 7);
      const choose = at < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const select = at < 16 ? e ^ f ^ g : (e & f) | (~e & g);
      const first = (choose + d + (one ^ left(a, 12)) + (words[at] ^ words[at + 4])) | 0;
      const second = (select + h + one + words[at]) | 0;
      [d, c, b, a] = [c, left(b, 9), a, first];
      [h, g, f, e] = [g, left(f, 19), e, second ^ left(second, 9) ^ left(second, 17)];
    }
    const mixed = [a, b, c, d, e, f, g, h];
    state = state.map((word, at) => word ^ mixed[at]);
  }
  return finish(state);
}

const HASHES = { sha256, sm3 };

function seeds(input) {
  const digest = HASHES[input.hash];
  const reveals = input.reveals.map((share) => (share === null ? new Uint8Array(32) : unhex(share)));
  const parts = [utf8("ssj/seed/v1"), unhex(input.plan_leaf_hash), ...reveals];
  const base = digest(join([...parts, utf8(input.public_value)].map(lp)));
  const seed = digest(join([utf8("ssj/draw/v1"), base, unhex(input.sealed_share)].map(lp)));
  return { base, seed };
}

function ticket(input, seed, object) {
  return hex(HASHES[input.hash](join([utf8("ssj/object/v1"), seed, utf8(object)].map(lp))));
}

// order of UTF-8 bytes, which is not JavaScript's own order of strings
function byBytes(one, other) {
  const [a, b] = [hex(utf8(one)), hex(utf8(other))];
  return a < b ? -1 : a > b ? 1 : 0;
}

function drawStratum(input, seed, layer) {
  const slips = layer.objects.map((object) => ({ object, ticket: ticket(input, seed, object) }));
  slips.sort((one, other) =>
    one.ticket < other.ticket ? -1 : one.ticket > other.ticket ? 1 : byBytes(one.object, other.object),
  );
  const share = Math.ceil((slips.length * layer.ratio_bp) / 10000);
  const size = Math.min(slips.length, Math.max(layer.floor, share));
  return { name: layer.name, size, chosen: slips.slice(0, size) };
}

function recompute(input) {
  const { base, seed } = seeds(input);
  const strata = input.strata.map((layer) => drawStratum(input, seed, layer));
  return { seed_0: hex(base), seed: hex(seed), strata };
}

if (typeof module !== "undefined") module.exports = { recompute, sha256, sm3, hex, utf8 };
