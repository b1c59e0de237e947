/* esbuild plugin: exact English literals of packages without a translate service become look-ups.
 * src/i18n/literals.json maps a file of node_modules to {"texts": {English: Chinese},
 * "raw": {source text: source text with __lit(English, Chinese)}}; a key that is not found any more fails the build,
 * so an upgrade cannot silently lose a translation. One-word texts are taken only where a
 * visible text stands (label, children, title …), never as a value. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const SHOWN = '(?:\\b(?:label|children|title|placeholder|tooltip|description|text|name|emptyListMessage)|"aria-label")\\s*[:=]\\s*|\\breturn\\s+';

/** A literal in quotes; not an object key. */
function pattern(key) {
  const forms = [`'${key.replaceAll("'", "\\'")}'`, `"${key.replaceAll('"', '\\"')}"`].map(escape).join('|');
  const before = /\s/.test(key) ? '(?<![\\w$.])' : `(?<=${SHOWN})`;
  return new RegExp(`${before}(${forms})(?!\\s*:(?!:))`, 'g');
}

function translateFile(source, { texts = {}, raw = {} }, found) {
  let out = source;
  for (const [key, chinese] of Object.entries(texts)) {
    out = out.replace(pattern(key), (whole) => {
      found(key);
      return `__lit(${whole}, ${JSON.stringify(chinese)})`;
    });
  }
  for (const [key, chinese] of Object.entries(raw)) {
    if (!out.includes(key)) continue;
    found(key);
    out = out.replaceAll(key, chinese);
  }
  return out;
}

export function literals(root) {
  const table = JSON.parse(readFileSync(join(root, 'src/i18n/literals.json'), 'utf8'));
  const unused = new Set();
  for (const [file, { texts = {}, raw = {} }] of Object.entries(table)) {
    for (const key of [...Object.keys(texts), ...Object.keys(raw)]) unused.add(`${file}: ${key}`);
  }
  const plugin = {
    name: 'literals',
    setup(build) {
      if (!Object.keys(table).length) return;
      const filter = new RegExp(`node_modules/(${Object.keys(table).map(escape).join('|')})$`);
      build.onLoad({ filter }, (args) => {
        const file = relative(join(root, 'node_modules'), args.path).replaceAll('\\', '/');
        const source = readFileSync(args.path, 'utf8');
        const contents = translateFile(source, table[file] || {}, (key) => unused.delete(`${file}: ${key}`));
        const from = join(root, 'src/i18n/literal.js').replaceAll('\\', '/');
        return { contents: `import { literal as __lit } from ${JSON.stringify(from)};\n${contents}`, loader: 'js' };
      });
    },
  };
  return { plugin, unused: () => [...unused] };
}
