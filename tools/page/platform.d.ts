// What the page's pure modules use besides the language: node has it, too.
// Anything else of a browser is an error in them.

declare class URL {
  constructor(url: string);
  static canParse?(url: string): boolean;
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly pathname: string;
  readonly href: string;
}

declare class TextEncoder {
  encode(text: string): Uint8Array;
}
