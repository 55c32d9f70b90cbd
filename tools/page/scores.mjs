/** Print the scores of a Lighthouse report and what is not passed; fail below the mark. */

import { readFileSync } from "node:fs";

const MARKS = { desktop: 100, mobile: 95 };

const [form, file] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, "utf8"));
const scores = Object.values(report.categories).map(({ title, score }) => [title, Math.round(score * 100)]);
console.log(`${form}: ${scores.map(([title, score]) => `${title} ${score}`).join(", ")}`);
const metrics = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];
console.log(`  ${metrics.map((id) => `${report.audits[id].title} ${report.audits[id].displayValue}`).join(", ")}`);
for (const { auditRefs } of Object.values(report.categories)) {
  for (const { id, weight } of auditRefs) {
    const { score, title, displayValue = "" } = report.audits[id];
    if (score !== null && score < 0.9) console.log(`  ${weight ? "-" : "(no weight)"} ${title} ${displayValue}`);
  }
}
process.exitCode = scores.every(([, score]) => score >= MARKS[form]) ? 0 : 1;
