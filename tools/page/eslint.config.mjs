/**
 * What eslint looks for: mistakes, text that could become markup, and modules that
 * are not pure though they should be. Style is not its business, and who imports
 * whom is checked by tests/test_house_page.py.
 */

import { createRequire } from "node:module";

// The packages are in a cache outside of the tree (tools/pagetools.sh).
const load = createRequire(`${process.env.PAGE_TOOLS}/package.json`);
const js = load("@eslint/js");
const globals = load("globals");

/** Pure modules get times, ids and what is kept as arguments, and return values. */
const PURE = ["static/js/text/**/*.js", "static/js/model/**/*.js"];

const BROWSER = [
  "document", "window", "self", "location", "navigator", "history", "WebSocket", "fetch", "localStorage",
  "sessionStorage", "indexedDB", "caches", "performance", "setTimeout", "setInterval", "requestAnimationFrame",
  "addEventListener", "matchMedia",
];

const SINKS = ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "srcdoc"];

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: "latest", sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-unused-vars": ["error", { args: "after-used", caughtErrors: "all", ignoreRestSiblings: true }],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-shadow": "error",
      "no-restricted-properties": [
        "error",
        ...SINKS.map((property) => ({ property, message: "Text is set as text: see dom.js." })),
        { object: "document", property: "write", message: "Text is set as text: see dom.js." },
        { object: "document", property: "cookie", message: "The page keeps nothing that is sent along." },
      ],
    },
  },
  { files: ["static/js/**/*.js"], languageOptions: { globals: globals.browser } },
  {
    files: ["static/sw.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.serviceworker, VERSION: "readonly", LATER: "readonly" } },
  },
  { files: ["tests/js/*.mjs"], languageOptions: { globals: globals.node } },
  {
    files: PURE,
    rules: {
      "no-restricted-globals": ["error", ...BROWSER.map((name) => ({ name, message: "This module is pure." }))],
      "no-restricted-syntax": ["error", {
        selector: "CallExpression[callee.object.name='Date'][callee.property.name='now'], "
          + "CallExpression[callee.object.name='Math'][callee.property.name='random'], "
          + "NewExpression[callee.name='Date'][arguments.length=0]",
        message: "This module is pure: times and random numbers come with the event.",
      }],
    },
  },
];
