/* Canvas text: label wrapping is measured with this family, so it must be named here. */
const FAMILY = '"Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif';

export const CANVAS_TEXT = {
  defaultStyle: { fontFamily: FAMILY, fontSize: 12, lineHeight: 1.35 },
  externalStyle: { fontFamily: FAMILY, fontSize: 11.5, lineHeight: 1.35 },
};
