import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { escapeCell } from "../../../src/csv/csv-cells.js";
import { CsvSyntaxError, parseCsv } from "../../../src/csv/csv-parser.js";
import { writeCsv } from "../../../src/csv/csv-writer.js";

const withLineFeeds = (text: string): string => text.replace(/\r\n?/g, "\n");

const BOM = "\uFEFF";

describe("writeCsv", () => {
  it("writes a byte order mark, a header line, CRLF and quotes (RFC 4180)", () => {
    expect(
      writeCsv(
        ["name", "count"],
        [
          ['He said "no", then', 3],
          ["two\nlines", null],
        ],
      ),
    ).toBe(`${BOM}name,count\r\n"He said ""no"", then",3\r\n"two\nlines",\r\n`);
  });

  it("writes the header line of an empty table", () => {
    expect(writeCsv(["name"], [])).toBe(`${BOM}name\r\n`);
  });

  it.each([
    ["=1+2", "'=1+2"],
    ["+86", "'+86"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["＝1", "'＝1"],
    ["1997968394351234", "'1997968394351234"],
    ["'=1", "''=1"],
    ["86-13900001234", "86-13900001234"],
    ["it's", "it's"],
    ["fd-ZDNPiT5a8b", "fd-ZDNPiT5a8b"],
    ["", ""],
  ])("escapes the text %j as %j", (text, escaped) => {
    expect(escapeCell(text)).toBe(escaped);
  });
});

describe("parseCsv", () => {
  it("returns every table that was written, with any text, except that line ends become LF", async () => {
    const cell = fc.string({ unit: "binary-ascii" });
    const anyText = fc.oneof(
      cell,
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("'=1", "''12", "=", "\r", "\n", '"', ","),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyText, anyText), { maxLength: 8 }),
        async (rows) => {
          const read = await parseCsv(writeCsv(["a", "b"], rows));
          expect(read.map(({ cells }) => cells)).toEqual([
            ["a", "b"],
            ...rows.map((row) => row.map(withLineFeeds)),
          ]);
        },
      ),
    );
  });

  it("numbers each record by its first line, with any line ends", async () => {
    const records = await parseCsv(
      '\uFEFFa,b\r\n"x\ny",2\r\n\r\n3,4\n5,6\r7,"8\r\n"',
    );
    expect(records.map(({ line, cells }) => [line, ...cells])).toEqual([
      [1, "a", "b"],
      [2, "x\ny", "2"],
      [5, "3", "4"],
      [6, "5", "6"],
      [7, "7", "8\n"],
    ]);
  });

  it("keeps the cells of records that are shorter or longer than the header", async () => {
    const records = await parseCsv("a,b\n1\n1,2,3");
    expect(records.map(({ cells }) => cells)).toEqual([
      ["a", "b"],
      ["1"],
      ["1", "2", "3"],
    ]);
  });

  it("returns nothing for an empty file", async () => {
    expect(await parseCsv("")).toEqual([]);
  });

  it.each([
    ["a quote that is not closed", 'a,b\n1,2\n"3', 3],
    ["a quote inside an unquoted cell", 'a\nx"y\n', 2],
    ["text after a closing quote", 'a\nb\n"x"y\n', 3],
  ])("names the line of %s", async (_, text, line) => {
    await expect(parseCsv(text)).rejects.toThrow(
      new CsvSyntaxError(line, "quotes"),
    );
  });

  it("rejects a file that is not UTF-8", async () => {
    const gbk = Uint8Array.from([0xd5, 0xc5, 0xc8, 0xfd]);
    await expect(parseCsv(gbk)).rejects.toThrow(
      new CsvSyntaxError(null, "encoding"),
    );
  });
});
