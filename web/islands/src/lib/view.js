/* Where a canvas starts: the whole diagram if it stays readable, else its interesting part. */

const PAD = 24;

/** Show the whole diagram; LEFT pixels stay free for a palette. */
export function fitAll(canvas, left = PAD, least = 0) {
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return 1;
  const whole = Math.min(1, (outer.width - left - PAD) / inner.width, (outer.height - 2 * PAD) / inner.height);
  const scale = Math.max(whole, least);
  const room = outer.width - left - PAD;
  const spare = Math.max(0, (room - inner.width * scale) / 2);
  canvas.viewbox({
    x: inner.x - (left + spare) / scale,
    y: inner.y + Math.min(inner.height, outer.height / scale) / 2 - outer.height / scale / 2,
    width: outer.width / scale,
    height: outer.height / scale,
  });
  return whole;
}

/** Fit, but never smaller than LEAST; a diagram that is larger starts at ELEMENT. */
export function fitReadable(canvas, { left = PAD, least = 0.55, element = null } = {}) {
  const whole = fitAll(canvas, left, least);
  if (whole < least && element) {
    const { outer, scale } = canvas.viewbox();
    const x = element.x + (element.width || 0) / 2;
    const y = element.y + (element.height || 0) / 2;
    canvas.viewbox({ x: x - outer.width / scale / 2, y: y - outer.height / scale / 2, width: outer.width / scale, height: outer.height / scale });
  }
}
