/* esbuild plugin: leave out the parts of Tabler no page uses (widgets of other vendors and
 * components we do not have), so that the style sheet keeps its budget. */
import { readFileSync } from 'node:fs';

const UNUSED = new RegExp(
  '^\\.(empty|ts-|plugin-|apexcharts|fslightbox|fslb|dropzone|dz-|plyr|tox|litepicker|noUi|jvm-|carousel|offcanvas|accordion|signature|' +
    'flag|payment|chart-|avatar|ribbon|gl-star|stars|rating|hs-|turbo|fc-|fc\\b|clr-|coloris|typed|countup|marquee|hero|browser|img-responsive|' +
    'stamp|star|segmented|nav-segmented|switch-icon|icon-|social|bg-(azure|indigo|purple|pink|orange|lime|teal|cyan|facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|tabler|x\\b)|' +
    'text-(azure|indigo|purple|pink|orange|lime|teal|cyan|facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|tabler|x\\b)|' +
    'btn-(azure|indigo|purple|pink|orange|lime|teal|cyan|facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|tabler|x\\b|outline-(azure|indigo|purple|pink|orange|lime|teal|cyan|facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|tabler|x\\b)|ghost-)|' +
    'form-(colorinput|imagecheck|selectgroup)|navbar-vertical|navbar-overlap|timeline|tracking|tag\\b|steps|step-item|map-|marker|lightbox|placeholder|progress-bar-indeterminate|cursor-|scrollable|page-item|page-link|popover|chat|chip|status-|ratio)',
);

/** Split CSS text into top-level blocks: [head, body or null]. */
function* blocks(text) {
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    const semi = text.indexOf(';', at);
    if (semi >= 0 && (open < 0 || semi < open)) {
      yield [text.slice(at, semi + 1), null];
      at = semi + 1;
      continue;
    }
    if (open < 0) return;
    let depth = 1;
    let end = open + 1;
    for (; depth && end < text.length; end += 1) depth += { '{': 1, '}': -1 }[text[end]] || 0;
    yield [text.slice(at, open), text.slice(open + 1, end - 1)];
    at = end;
  }
}

/** Drop rules all of whose selectors are unused; look into @media one level. */
export function slimCss(text) {
  let out = '';
  for (const [head, body] of blocks(text)) {
    if (body === null) out += head;
    else if (/^\s*@(media|supports|layer)/.test(head)) {
      const inner = slimCss(body);
      if (inner) out += `${head}{${inner}}`;
    } else if (!/^\s*@/.test(head) && selectors(head).every((each) => UNUSED.test(each))) continue;
    else out += `${head}{${body}}`;
  }
  return out;
}

const selectors = (head) => head.replace(/\/\*[\s\S]*?\*\//g, '').split(/,(?![^(]*\))/).map((each) => each.trim());

export function slim() {
  return {
    name: 'slim',
    setup(build) {
      build.onLoad({ filter: /@tabler[\\/]core[\\/]dist[\\/]css[\\/]tabler\.min\.css$/ }, (args) => {
        const text = readFileSync(args.path, 'utf8').replace(/\/\*# sourceMappingURL=.*?\*\//, '');
        return { contents: slimCss(text), loader: 'css' };
      });
    },
  };
}
