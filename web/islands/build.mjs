/* Build the browser assets: esbuild bundles, hashed names, manifest, budgets.
 * Usage: node build.mjs [--check] [--out DIR]. Writes to DIR.tmp/PID, then swaps the directory. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { literals } from './literals.mjs';
import { slim } from './slim.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ENTRIES = {
  base: 'src/base.js',
  style: 'src/style/index.css',
  viewer: 'src/viewer.js',
  modeler: 'src/modeler.js',
  dmn: 'src/dmn.js',
  formview: 'src/formview.js',
  formedit: 'src/formedit.js',
};

function settings(out, plugin) {
  return {
    absWorkingDir: HERE,
    entryPoints: ENTRIES,
    outdir: out,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    metafile: true,
    charset: 'utf8',
    legalComments: 'linked',
    define: { 'process.env.NODE_ENV': '"production"' },
    entryNames: '[name]-[hash]',
    chunkNames: 'c-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.svg': 'file', '.png': 'file', '.eot': 'empty' },
    alias: { 'gov.json': resolve(HERE, '../../engine/bpmn/gov.json') },
    plugins: [plugin, slim()],
    logLevel: 'warning',
  };
}

/** Map each entry to its hashed file and its style sheet. */
function manifest(metafile, out) {
  const names = Object.fromEntries(Object.entries(ENTRIES).map(([name, source]) => [source, name]));
  const table = {};
  for (const [file, info] of Object.entries(metafile.outputs)) {
    const name = names[info.entryPoint];
    if (!name || file.endsWith('.map')) continue;
    const plain = basename(file);
    if (plain.endsWith('.css')) {
      table[`${name}.css`] ||= { file: plain };
      continue;
    }
    const row = { file: plain };
    if (info.cssBundle) row.css = basename(info.cssBundle);
    table[`${name}.js`] = row;
  }
  const sorted = Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(sorted, null, 2)}\n`);
  return sorted;
}

/** All files a page with ENTRY loads at once: the entry and its static imports. */
function closure(metafile, entryFile) {
  const seen = new Set();
  const todo = [entryFile];
  while (todo.length) {
    const file = todo.pop();
    if (seen.has(file)) continue;
    seen.add(file);
    for (const each of metafile.outputs[file].imports) {
      if (each.kind === 'import-statement' && !each.external) todo.push(each.path);
    }
  }
  return [...seen];
}

const gz = (file) => gzipSync(readFileSync(resolve(HERE, file)), { level: 9 }).length;

/** Measure each entry in KB gz and compare with budgets.json. */
function sizes(metafile) {
  const budgets = JSON.parse(readFileSync(join(HERE, 'budgets.json'), 'utf8'));
  const rows = [];
  for (const [file, info] of Object.entries(metafile.outputs)) {
    const name = Object.keys(ENTRIES).find((each) => ENTRIES[each] === info.entryPoint);
    if (!name || file.endsWith('.css.map')) continue;
    const isCss = file.endsWith('.css');
    const js = isCss ? 0 : closure(metafile, file).reduce((sum, each) => sum + gz(each), 0);
    const css = isCss ? gz(file) : info.cssBundle ? gz(info.cssBundle) : 0;
    rows.push({ name, js: js / 1000, css: css / 1000, budget: budgets[name] || {} });
  }
  return rows;
}

function overBudget(rows) {
  return rows.filter((row) => row.js > (row.budget.js ?? Infinity) || row.css > (row.budget.css ?? Infinity));
}

function swap(fresh, out) {
  const old = `${fresh}-old`;
  if (existsSync(out)) renameSync(out, old);
  renameSync(fresh, out);
  rmSync(old, { recursive: true, force: true });
}

/** A digest over the names of the hashed files: equal builds are equal. */
function digest(out) {
  const hash = createHash('sha256');
  for (const name of readdirSync(out).sort()) hash.update(`${name}\n`);
  return hash.digest('hex').slice(0, 12);
}

async function main() {
  const args = process.argv.slice(2);
  const at = args.indexOf('--out');
  const out = at < 0 ? resolve(HERE, '../static/dist') : resolve(args[at + 1]);
  const fresh = join(`${out}.tmp`, String(process.pid)); // two builds at once do not meet
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const words = literals(HERE);
  const result = await esbuild.build(settings(fresh, words.plugin));
  const unused = words.unused();
  if (unused.length) throw new Error(`unused texts in src/i18n/literals.json:\n  ${unused.join('\n  ')}`);
  manifest(result.metafile, fresh);
  const rows = sizes(result.metafile);
  for (const row of rows) {
    console.log(`${row.name.padEnd(9)} js ${row.js.toFixed(1).padStart(6)} KB gz   css ${row.css.toFixed(1).padStart(5)} KB gz`);
  }
  const over = overBudget(rows);
  if (args.includes('--check') && over.length) {
    throw new Error(`over budget: ${over.map((row) => row.name).join(', ')}`);
  }
  swap(fresh, out);
  console.log(`built ${relative(process.cwd(), out) || out} ${digest(out)}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
