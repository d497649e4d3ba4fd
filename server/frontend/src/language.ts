/** The page's own language, as its root element says, for what the scripts add to it. */

/** The one of two wordings that the page is in; English where there is no page. */
export function say(chinese: string, english: string): string {
  return typeof document !== "undefined" && document.documentElement.lang.startsWith("zh") ? chinese : english;
}
