// Where a JSON text is wrong. Web views differ in whether they say it at all, and none minds a name that stands twice.

export interface JsonFault {
  line: number;
  column: number;
  what: string;
}

class Wrong extends Error {
  constructor(
    readonly at: number,
    readonly what: string,
  ) {
    super(what);
  }
}

const STRING = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;
const DEEP = 64;

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** One value and nothing after it. */
  all(): void {
    this.value(0);
    this.space();
    if (this.at < this.text.length) this.fail('the text goes on after its end');
  }

  private value(depth: number): void {
    this.space();
    if (depth > DEEP) this.fail('it is nested too deep');
    const c = this.text[this.at];
    if (c === '{') return this.object(depth);
    if (c === '[') return this.list(depth);
    if (c === '"') return void this.string();
    if (this.take(NUMBER) === undefined && this.take(WORD) === undefined)
      this.fail(c === undefined ? 'a value is missing at the end' : `a value is expected, not ${shown(c)}`);
  }

  private object(depth: number): void {
    const names = new Set<string>();
    this.at += 1;
    if (this.closes('}')) return;
    for (;;) {
      this.space();
      const from = this.at;
      const name = this.string();
      if (names.has(name)) this.fail(`"${name}" stands twice`, from);
      names.add(name);
      this.space();
      if (this.text[this.at] !== ':') this.fail(`a colon is missing after "${name}"`);
      this.at += 1;
      this.value(depth + 1);
      if (this.closes('}')) return;
      this.comma('}');
    }
  }

  private list(depth: number): void {
    this.at += 1;
    if (this.closes(']')) return;
    for (;;) {
      this.value(depth + 1);
      if (this.closes(']')) return;
      this.comma(']');
    }
  }

  private string(): string {
    const from = this.at;
    const found = this.take(STRING);
    if (found !== undefined) return found.slice(1, -1);
    const c = this.text[from];
    if (c === '"') this.fail('this text does not end, or has a character that needs a backslash');
    return this.fail(
      c === undefined ? 'a name is missing at the end' : `a name in quotation marks is expected, not ${shown(c)}`,
    );
  }

  private comma(end: string): void {
    const c = this.text[this.at];
    if (c !== ',') this.fail(c === undefined ? `${end} is missing at the end` : `a comma or ${end} is missing`);
    const from = this.at;
    this.at += 1;
    this.space();
    if (this.text[this.at] === end) this.fail(`there is a comma too many before ${end}`, from);
  }

  private closes(end: string): boolean {
    this.space();
    if (this.text[this.at] !== end) return false;
    this.at += 1;
    return true;
  }

  private space(): void {
    this.take(SPACE);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private fail(what: string, at = this.at): never {
    throw new Wrong(at, what);
  }
}

const shown = (c: string) => (c === "'" ? 'a single quotation mark' : c);

/** The first thing that is wrong with it; nothing if it is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    new Reader(text).all();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Wrong)) throw thrown;
    const before = text.slice(0, thrown.at).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, what: thrown.what };
  }
}

/** `line 3, column 12: a comma or } is missing`. */
export const faultText = (fault: JsonFault) => `line ${fault.line}, column ${fault.column}: ${fault.what}`;
