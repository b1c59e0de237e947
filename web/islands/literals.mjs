/* esbuild plugin: exact English literals of packages without a translate service become look-ups.
 * src/i18n/literals.json maps a file of node_modules to {English: Chinese}; a key that is not
 * found any more fails the build, so an upgrade cannot silently lose a translation. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A literal in quotes, not an object key, not part of an import. */
function pattern(key) {
  const quoted = ["'", '"', '`'].map((q) => escape(q + key.replaceAll(q, `\\${q}`) + q)).join('|');
  return new RegExp(`(?<![\\w$.])(${quoted})(?!\\s*:(?!:))`, 'g');
}

export function literals(root) {
  const table = JSON.parse(readFileSync(join(root, 'src/i18n/literals.json'), 'utf8'));
  const unused = new Set(Object.entries(table).flatMap(([file, texts]) => Object.keys(texts).map((key) => `${file}: ${key}`)));
  const plugin = {
    name: 'literals',
    setup(build) {
      if (!Object.keys(table).length) return;
      const filter = new RegExp(`node_modules/(${Object.keys(table).map(escape).join('|')})$`);
      build.onLoad({ filter }, (args) => {
        const file = relative(join(root, 'node_modules'), args.path).replaceAll('\\', '/');
        let source = readFileSync(args.path, 'utf8');
        for (const key of Object.keys(table[file] || {})) {
          const next = source.replace(pattern(key), (whole) => `__lit(${whole})`);
          if (next !== source) unused.delete(`${file}: ${key}`);
          source = next;
        }
        const from = join(root, 'src/i18n/literal.js').replaceAll('\\', '/');
        return { contents: `import { literal as __lit } from ${JSON.stringify(from)};\n${source}`, loader: 'js' };
      });
    },
  };
  return { plugin, unused: () => [...unused] };
}
