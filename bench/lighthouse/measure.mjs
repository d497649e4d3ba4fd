/** Lighthouse over some pages of a running server: one line of JSON a page and form factor, scores from 0 to 100, `paint` in milliseconds.
 *
 *     node measure.mjs HTTP://HOST:PORT FORM,… PATH…
 */
import * as chromeLauncher from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const FORMS = { mobile: undefined, desktop: desktopConfig };

const [base, forms, ...paths] = process.argv.slice(2);
const chrome = await chromeLauncher.launch({
  chromePath: process.env.CHROMIUM,
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-component-update", "--no-first-run"],
});
try {
  for (const path of paths) {
    for (const form of forms.split(",")) {
      const result = await lighthouse(`${base}${path}`, { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error" }, FORMS[form]);
      const { categories, audits } = result.lhr;
      const failed = CATEGORIES.flatMap((category) => categories[category].auditRefs)
        .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9)
        .map(({ id }) => `${id}: ${audits[id].displayValue ?? audits[id].title}`);
      const scores = Object.fromEntries(CATEGORIES.map((category) => [category, Math.round(categories[category].score * 100)]));
      console.log(JSON.stringify({ path, form, ...scores, failed, paint: audits["largest-contentful-paint"].numericValue }));
    }
  }
} finally {
  chrome.kill();
}
