// functions/report/pdf/report.ts: the report on pages: the HTML, printed, so that both say the same.
import type { Canvas } from '../../pdf/document/canvas.ts';
import { PdfDocument } from '../../pdf/document/document.ts';
import type { FontFamily } from '../../pdf/font/font-family.ts';
import { cut, utc, visible } from '../../views/html/text.ts';
import { titleOf, verdictLook } from '../html/document.ts';
import { HtmlReport } from '../html/report.ts';
import type { ClusterEvidence, EvidenceHead, ProjectHead, Report } from '../model/report.ts';
import { reportFonts } from './fonts.ts';
import { linesOf } from './lines.ts';
import { color, PAGE, TEXT } from './look.ts';
import { Printer } from './printer.ts';

/** Of the name of the ledger at the top of each page: the first page has all of it. */
const MAX_NAME = 60;
/** Of what is made at once, in characters. */
const SLICE = 64_000;

export class PdfReport implements Report {
  readonly #html: HtmlReport;

  /** @param timeZone of the times beside those in UTC. @default 'UTC' */
  constructor(timeZone?: string) {
    this.#html = new HtmlReport(timeZone);
  }

  project(head: ProjectHead, restores: number) {
    return this.#html.project(head, restores);
  }

  cluster(cluster: ClusterEvidence) {
    return this.#html.cluster(cluster);
  }

  /** All ASCII: what is binary in a PDF is encoded, so that it goes wherever the other formats go. */
  async *parts(head: EvidenceHead): AsyncGenerator<string> {
    const fonts = reportFonts();
    const document = new PdfDocument({
      title: titleOf(head.period),
      language: 'en',
      madeAt: head.madeAt,
      producer: `${head.madeBy.program} ${head.madeBy.version}`,
      size: PAGE,
      fonts,
      frame: frameOf(head, fonts),
    });
    const printer = new Printer(document, fonts);
    for await (const part of this.#html.parts(head)) {
      for (let at = 0; at < part.length; at += SLICE) {
        printer.print(part.slice(at, at + SLICE));
        yield document.take();
      }
    }
    if (fonts.hasLacked) printer.print(LACKED);
    printer.end();
    document.end();
    yield document.take();
  }

  [Symbol.asyncDispose]() {
    return this.#html[Symbol.asyncDispose]();
  }
}

const LACKED =
  '<p>The font of this document lacks some characters of names and texts: each is shown by its code point, as in ‹U+6771›. The report as HTML or JSON has them as they are.</p>';

/** What the report is, and of what, on each page. */
function frameOf(head: EvidenceHead, fonts: FontFamily) {
  const { period, ledger } = head;
  const { label, tone } = verdictLook(head);
  const soft = { ...TEXT, size: 7, color: color('soft') };
  const about = `Restore evidence · ${cut(visible(ledger), MAX_NAME)} · ${utc(period.since)} to ${utc(period.until)} UTC`;
  const lineOf = (text: string, look = soft) => linesOf([{ text, look }], Number.POSITIVE_INFINITY, fonts)[0];
  const [left, verdict] = [lineOf(about), lineOf(label, { ...soft, weight: 'bold', color: color(tone) })];
  const right = PAGE.width - PAGE.margin;
  return (canvas: Canvas, document: PdfDocument, page: number) => {
    left?.draw(document, PAGE.margin, 26);
    verdict?.draw(document, right - verdict.width, 26);
    canvas.line(PAGE.margin, 39, right, 39, { color: color('line'), width: 0.5 });
    const number = lineOf(String(page));
    number?.draw(document, right - number.width, PAGE.height - 28);
  };
}
