'use strict';
// The page of nnzip report: all that it shows is in the element "data".

const STEPS_PER_BIT = 16;  // of a cell
const GUESS_BYTES = 10;    // of a byte of the text
const COMPUTING = 0.05 / 3600;  // dollars a second
const data = JSON.parse(document.getElementById('data').textContent);
const $ = (id) => document.getElementById(id);
let file = data.files[0];

// --- Helpers

const unpack = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const whole = (n) => Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, '\u202f');
const size = (n) => {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let unit = 0;
  while (n >= 1000 && unit < 3) { n /= 1000; ++unit; }
  return `${unit === 0 ? Math.round(n) : n.toPrecision(3)} ${units[unit]}`;
};
const digits = (n) => n >= 100 ? whole(n) : n.toPrecision(2);
const time = (s) => s < 1 ? `${digits(s * 1000)} ms` : s < 100 ? `${digits(s)} s`
  : s < 7200 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
// Of small sums the powers of ten are easier to compare.
const money = (d) => d === 0 ? '$0' : d < 0.0001 ? `$${d.toExponential(1)}` : `$${d.toPrecision(2)}`;
const bitsOf = (coded, bytes) => bytes === 0 ? 0 : coded * 8 / bytes;
const byteName = (b) => b > 32 && b < 127 ? `“${String.fromCharCode(b)}”`
  : b === 32 ? 'space' : b === 10 ? 'newline' : b === 9 ? 'tab' : `0x${b.toString(16).padStart(2, '0')}`;

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function drawn(name, attributes = {}, text = '') {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

// rows: arrays; heads: [name, is it a number]
function fillTable(table, heads, rows, best = () => false) {
  const cell = (kind, value, i) => make(kind, heads[i][1] ? { class: 'number' } : {}, value);
  table.replaceChildren(
    make('thead', {}, make('tr', {}, ...heads.map(([name], i) => cell('th', name, i)))),
    make('tbody', {}, ...rows.map((row, r) => make('tr', best(r) ? { class: 'best' } : {},
      ...row.map((value, i) => cell('td', value, i))))));
}

// --- Colours

function stops() {
  const style = getComputedStyle(document.documentElement);
  return [0, 1, 2, 3, 4].map((i) => {
    const hex = style.getPropertyValue(`--map${i}`).trim();
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  });
}

// A colour for each value of a cell.
function palette() {
  const fixed = stops();
  return Array.from({ length: 256 }, (_, value) => {
    const place = Math.min(value / (8 * STEPS_PER_BIT), 1) * 4;
    const at = Math.min(Math.floor(place), 3);
    return fixed[at].map((from, i) => Math.round(from + (fixed[at + 1][i] - from) * (place - at)));
  });
}
const css = (rgb) => `rgb(${rgb.join(',')})`;
const inkOn = ([r, g, b]) => r * 0.3 + g * 0.59 + b * 0.11 > 140 ? '#15171b' : '#f6f4ef';

// --- Cost map

function paint(canvas, cells, width, colours) {
  const height = Math.ceil(cells.length / width);
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  cells.forEach((value, i) => image.data.set([...colours[value], 255], i * 4));
  canvas.getContext('2d').putImageData(image, 0, 0);
}

function tellCell(map, cells, x, y) {
  const value = cells[y * map.width + x];
  if (value === undefined) return;
  const [across, down] = map.cell;
  const offset = map.offset + y * down * map.stride + x * across;
  const what = across * down === 1 ? `Byte ${whole(offset)}` : `${across} × ${down} bytes from ${whole(offset)}`;
  $('map-told').textContent = `${what}: ${(value / STEPS_PER_BIT).toFixed(2)} bits a byte (${map.title})`;
}

function addMap(map, colours) {
  const cells = unpack(map.cells);
  const canvas = make('canvas', { tabindex: 0, role: 'img',
    'aria-label': `${map.title}: ${size(map.bytes)} coded as ${size(map.coded_bytes)}` });
  paint(canvas, cells, map.width, colours);
  // Images keep their shape; what has few columns is not blown up beyond recognition.
  canvas.style.maxWidth = `${Math.max(map.width * 3, 240)}px`;
  if (canvas.height / map.width > 3) canvas.style.height = '520px';
  if (canvas.height * 40 < map.width) canvas.style.height = '28px';
  let x = 0, y = 0;
  const go = (dx, dy) => {
    x = Math.min(Math.max(x + dx, 0), map.width - 1);
    y = Math.min(Math.max(y + dy, 0), canvas.height - 1);
    tellCell(map, cells, x, y);
  };
  canvas.addEventListener('pointermove', (event) => {
    const box = canvas.getBoundingClientRect();
    x = Math.floor((event.clientX - box.left) / box.width * map.width);
    y = Math.floor((event.clientY - box.top) / box.height * canvas.height);
    go(0, 0);
  });
  canvas.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    go(...step);
  });
  $('maps').append(make('figure', { class: 'map' }, make('figcaption', {},
    `${map.title}, ${size(map.bytes)} from ${whole(map.offset)}: ` +
    `${bitsOf(map.coded_bytes, map.bytes).toFixed(2)} bits a byte`), canvas));
}

function showMaps(colours) {
  $('maps').replaceChildren();
  for (const map of file.maps) addMap(map, colours);
  paint($('scale'), Uint8Array.from({ length: 256 }, (_, i) => i / 2), 256, colours);
}

// --- Text

function shownByte(byte) {
  if (byte === 10) return '\u21b5\n';
  if (byte === 9) return '\u2192';
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '\u00b7';
}

function tellByte(text, at) {
  const guess = text.guesses.subarray(at * GUESS_BYTES, (at + 1) * GUESS_BYTES);
  const actual = text.bytes[at], missing = guess[9];
  const rows = [];
  const add = (who, byte, note, bit) => {
    if (missing >> bit & 1) return;
    const right = byte === actual;
    rows.push([who, make('span', right ? { class: 'right' } : {}, byteName(byte) + (right ? ' \u2713' : '')), note]);
  };
  for (let i = 0; i < 3; ++i) add(i === 0 ? 'network' : '', guess[i], `${(guess[3 + i] / 2.56).toFixed(1)} %`, i);
  add('contexts', guess[6], 'what most of them saw last', 3);
  add('match', guess[7], `after ${guess[8] === 255 ? '255 or more' : guess[8]} equal bytes`, 4);
  const table = make('table');
  fillTable(table, [['who', false], ['expected', false], ['', false]], rows);
  $('text-told').replaceChildren(make('div', {},
    `Byte ${whole(text.offset + at)}, ${byteName(actual)}: ${(text.costs[at] / STEPS_PER_BIT).toFixed(2)} bits`),
    rows.length > 0 ? table : 'Nothing was expected.');
}

function showText() {
  const text = { offset: file.text.offset, bytes: unpack(file.text.bytes),
    costs: unpack(file.text.costs), guesses: unpack(file.text.guesses) };
  $('text-section').hidden = text.bytes.length === 0;
  const spans = Array.from(text.bytes, (byte, i) => {
    const span = make('span', {}, shownByte(byte));
    const part = Math.min(text.costs[i] / (8 * STEPS_PER_BIT), 1) * 85;
    if (part > 1) span.style.background = `color-mix(in srgb, var(--heat) ${part.toFixed(0)}%, transparent)`;
    span.dataset.at = i;
    return span;
  });
  $('text').replaceChildren(...spans);
  $('text-told').replaceChildren();
  let here = 0;
  const go = (at) => {
    if (at < 0 || at >= spans.length) return;
    spans[here].classList.remove('here');
    here = at;
    spans[here].classList.add('here');
    tellByte(text, here);
  };
  $('text').onpointermove = (event) => {
    if (event.target.dataset.at !== undefined) go(Number(event.target.dataset.at));
  };
  $('text').onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -64, ArrowDown: 64 }[event.key];
    if (!step) return;
    event.preventDefault();
    go(here + step);
    spans[here].scrollIntoView({ block: 'nearest' });
  };
  if (spans.length > 0) go(0);
}

// --- Treemap: strips of rectangles as near to squares as they get

function worst(row, side, scale) {
  const sum = row.reduce((all, area) => all + area.coded_bytes, 0) * scale;
  const thick = sum / side;
  return Math.max(...row.map((area) => {
    const long = area.coded_bytes * scale / thick;
    return Math.max(long / thick, thick / long);
  }));
}

function layOut(areas, box, place) {
  let left = areas.filter((area) => area.coded_bytes > 0);
  while (left.length > 0) {
    const total = left.reduce((all, area) => all + area.coded_bytes, 0);
    const scale = box.w * box.h / total, wide = box.w >= box.h, side = wide ? box.h : box.w;
    let count = 1;
    while (count < left.length &&
           worst(left.slice(0, count + 1), side, scale) <= worst(left.slice(0, count), side, scale)) ++count;
    const row = left.slice(0, count);
    const thick = row.reduce((all, area) => all + area.coded_bytes, 0) * scale / side;
    let at = 0;
    for (const area of row) {
      const long = area.coded_bytes * scale / thick;
      place(area, wide ? { x: box.x, y: box.y + at, w: thick, h: long } : { x: box.x + at, y: box.y, w: long, h: thick });
      at += long;
    }
    box = wide ? { x: box.x + thick, y: box.y, w: box.w - thick, h: box.h }
      : { x: box.x, y: box.y + thick, w: box.w, h: box.h - thick };
    left = left.slice(count);
  }
}

function showTree(colours) {
  const tree = $('tree');
  tree.replaceChildren();
  const { width, height } = tree.getBoundingClientRect();
  layOut(file.areas, { x: 0, y: 0, w: width, h: height }, (area, box) => {
    const bits = bitsOf(area.coded_bytes, area.bytes);
    const colour = colours[Math.min(Math.round(bits * STEPS_PER_BIT), 255)];
    const told = `${area.name}: ${size(area.bytes)} coded as ${size(area.coded_bytes)}, ${bits.toFixed(2)} bits a byte`;
    const button = make('button', { type: 'button', 'aria-label': told });
    Object.assign(button.style, { left: `${box.x}px`, top: `${box.y}px`, width: `${box.w}px`,
      height: `${box.h}px`, background: css(colour), color: inkOn(colour) });
    if (box.w > 50 && box.h > 34) {
      button.append(make('span', {}, area.name.replace(/.*\/(?=.)/, '')), make('span', {}, size(area.coded_bytes)));
    }
    button.onfocus = button.onpointerenter = () => { $('tree-told').textContent = told; };
    tree.append(button);
  });
}

// --- Curve

function showCurve() {
  const w = Math.max($('curve').clientWidth, 300), h = Math.min(260, w * 0.6), left = 78, low = 28;
  const svg = drawn('svg', { viewBox: `0 0 ${w} ${h}`, role: 'img', 'aria-label': 'Coded bytes against content' });
  const points = [[0, 0], ...file.curve];
  const [bytes, coded] = points[points.length - 1];
  const x = (v) => left + (w - left - 12) * v / Math.max(bytes, 1);
  const y = (v) => h - low - (h - low - 12) * v / Math.max(coded, 1);
  for (const part of [0, 0.5, 1]) {
    svg.append(drawn('line', { class: 'axis', x1: left, x2: w - 12, y1: y(coded * part), y2: y(coded * part) }),
      drawn('text', { x: left - 8, y: y(coded * part) + 4, 'text-anchor': 'end' }, size(coded * part)),
      drawn('text', { x: x(bytes * part), y: h - 8, 'text-anchor': part === 0 ? 'start' : part === 1 ? 'end' : 'middle' },
        size(bytes * part)));
  }
  svg.append(drawn('path', { class: 'even', d: `M${x(0)} ${y(0)}L${x(bytes)} ${y(coded)}` }),
    drawn('path', { class: 'line', d: 'M' + points.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join('L') }));
  $('curve').replaceChildren(svg);
}

// --- Tables

function showSummary() {
  const cards = [['content', size(file.content_bytes)], ['compressed', size(file.coded_bytes)],
    ['bits a byte', bitsOf(file.coded_bytes, file.content_bytes).toFixed(3)],
    ['of its size', file.content_bytes ? `${(100 * file.coded_bytes / file.content_bytes).toFixed(1)} %` : '–'],
    ['level', file.level]];
  if (file.copies.count) cards.push(['saved by copies', size(file.copies.saved_bytes)]);
  $('summary').replaceChildren(...cards.map(([name, value]) =>
    make('div', {}, make('dt', {}, name), make('dd', {}, String(value)))));
  $('subtitle').textContent = file.name;
}

function showSections() {
  const rows = file.sections.map((s) => [whole(s.offset), whole(s.bytes), whole(s.coded_bytes),
    s.bits_per_byte.toFixed(3), s.kind, s.predictor, s.model ?? '']);
  const more = file.section_count - file.sections.length;
  if (more > 0) rows.push(['…', '', '', '', `${more} more`, '', '']);
  fillTable($('sections'), [['offset', true], ['bytes', true], ['coded', true], ['bits a byte', true],
    ['what it is', false], ['what predicts it', false], ['model', false]], rows);
}

// --- Levels, and what they buy

const timed = data.choices.every((choice) => choice.seconds !== undefined);
const total = data.files.reduce((sum, each) => sum + each.content_bytes, 0);

function plotChoices() {
  const w = Math.max($('choices-plot').clientWidth, 300), h = Math.min(300, w * 0.8), left = 78, low = 34;
  const shown = data.choices.filter((choice) => choice.seconds > 0);
  if (shown.length === 0) return;
  const speed = (choice) => Math.log10(total / choice.seconds);
  const slow = Math.floor(Math.min(...shown.map(speed))), fast = Math.ceil(Math.max(...shown.map(speed)));
  const most = Math.max(...shown.map((choice) => choice.coded_bytes)) * 1.06;
  const least = Math.min(...shown.map((choice) => choice.coded_bytes)) * 0.92;
  const x = (v) => left + (w - left - 60) * (v - slow) / Math.max(fast - slow, 1);
  const y = (v) => 12 + (h - low - 12) * (most - v) / (most - least);
  const svg = drawn('svg', { viewBox: `0 0 ${w} ${h}`, role: 'img', 'aria-label': 'Size against speed' });
  const every = Math.ceil(80 * (fast - slow) / (w - left));
  for (let v = slow; v <= fast; v += every) {
    svg.append(drawn('line', { class: 'axis', x1: x(v), x2: x(v), y1: 12, y2: h - low }),
      drawn('text', { x: x(v), y: h - 14, 'text-anchor': 'middle' }, `${size(10 ** v)}/s`));
  }
  for (const v of [most, (most + least) / 2, least]) {
    svg.append(drawn('text', { x: left - 8, y: y(v) + 4, 'text-anchor': 'end' }, size(v)));
  }
  let lastLabel = null;
  for (const choice of shown) {
    const cx = x(speed(choice)), cy = y(choice.coded_bytes);
    svg.append(drawn('circle', { class: choice.name.startsWith('nnzip') ? 'dot' : 'dot other', cx, cy, r: 5 }));
    const near = lastLabel && Math.hypot(lastLabel[0] - cx, (lastLabel[1] - cy) * 2) < 44;
    if (!near) {
      svg.append(drawn('text', { class: 'dot-name', x: cx + 9, y: cy + 4 }, choice.name.replace('nnzip ', '')));
      lastLabel = [cx, cy];
    }
  }
  $('choices-plot').replaceChildren(svg);
}

function showChoices() {
  $('choices-section').hidden = data.choices.length === 0;
  $('choices-hint').textContent = timed
    ? 'Sizes and times of other levels are estimates from samples, on this machine, of all files together; how much longer unpacking takes was timed on their first bytes.'
    : 'Sizes of other levels are estimates from samples, of all files together.';
  const heads = [['', false], ['bytes', true], ['of its size', true]];
  if (timed) heads.push(['packing', true], ['unpacking', true]);
  fillTable($('choices'), heads, data.choices.map((choice) => [choice.name, whole(choice.coded_bytes),
    total ? `${(100 * choice.coded_bytes / total).toFixed(1)} %` : '–',
    ...(timed ? [time(choice.seconds), time(choice.unpack_seconds)] : [])]));
  if (timed) plotChoices();
}

function showBuys() {
  $('buys-section').hidden = !timed || data.choices.length === 0;
  if ($('buys-section').hidden) return;
  const megabits = 10 ** Number($('link').value), price = 10 ** Number($('price').value);
  $('link-told').textContent = megabits < 1000 ? `${digits(megabits)} Mbit/s` : `${digits(megabits / 1000)} Gbit/s`;
  $('price-told').textContent = `${money(price)} a gigabyte`;
  const rows = data.choices.map((choice) => {
    const computing = choice.seconds + choice.unpack_seconds;
    return { name: choice.name, seconds: computing + choice.coded_bytes * 8 / (megabits * 1e6),
      dollars: choice.coded_bytes / 1e9 * price + computing * COMPUTING };
  });
  const least = (key) => rows.reduce((best, row) => row[key] < best[key] ? row : best);
  const fastest = least('seconds'), cheapest = least('dollars');
  const use = (name) => name === 'as it is' ? 'leave it as it is' : `use ${name}`;
  $('answer').textContent = fastest === cheapest
    ? `For time and for money, ${use(fastest.name)}.`
    : `To be there first, ${use(fastest.name)}; to pay least, ${use(cheapest.name)}.`;
  fillTable($('buys'), [['', false], ['time to be there', true], ['money', true]],
    rows.map((row) => [row.name, time(row.seconds), money(row.dollars)]),
    (r) => rows[r] === fastest || rows[r] === cheapest);
}

// --- Self check

// Sums over all files, each way from other numbers of the page.
function nnzipCheck() {
  const sum = (values) => values.reduce((all, value) => all + value, 0);
  const over = (count) => Math.round(sum(data.files.map(count)));
  return {
    coded_bytes: over((each) => each.coded_bytes),
    by_costs: over((each) => each.costs_bytes + each.frame_bytes),
    by_areas: over((each) => sum(each.areas.map((area) => area.coded_bytes)) + each.frame_bytes),
    by_curve: over((each) => (each.curve.at(-1)?.[1] ?? 0) + each.frame_bytes),
    content_bytes: over((each) => each.content_bytes),
    cells: over((each) => sum(each.maps.map((map) => unpack(map.cells).length))),
    painted: document.querySelectorAll('.map canvas').length,
    texts: document.querySelectorAll('#text span').length,
  };
}

function showCheck() {
  fillTable($('check'), [['', false], ['', true]],
    Object.entries(nnzipCheck()).map(([name, value]) => [name.replace('_', ' '), make('span', { 'data-check': name }, String(value))]));
}

// --- The whole

function showColours() {
  const colours = palette();
  showMaps(colours);
  showTree(colours);
}

function showFile() {
  showSummary();
  showColours();
  showText();
  showCurve();
  showSections();
  showCheck();
}

function start() {
  $('file-label').hidden = data.files.length < 2;
  data.files.forEach((each, i) => $('file').append(make('option', { value: i }, each.name)));
  $('file').onchange = () => { file = data.files[$('file').value]; showFile(); };
  $('theme').onchange = () => {
    if ($('theme').value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = $('theme').value;
    showColours();
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showColours);
  addEventListener('resize', () => {
    showTree(palette());
    showCurve();
    showChoices();
  });
  $('link').oninput = $('price').oninput = showBuys;
  if (/^#(light|dark)$/.test(location.hash)) {
    $('theme').value = location.hash.slice(1);
    document.documentElement.dataset.theme = $('theme').value;
  }
  showFile();
  showChoices();
  showBuys();
}

start();
