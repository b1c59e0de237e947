/* Behind the build-time literals: the Chinese text, or the library's own English. */
import { language } from '../lib/page.js';

/** Choose between the library's TEXT and its CHINESE. */
export function literal(text, chinese) {
  return language() === 'en' ? text : chinese;
}
