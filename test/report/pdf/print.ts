// test/report/pdf/print.ts: HTML printed, and read again.
import { PdfDocument } from '../../../functions/pdf/document/document.ts';
import { reportFonts } from '../../../functions/report/pdf/fonts.ts';
import { PAGE } from '../../../functions/report/pdf/look.ts';
import { Printer } from '../../../functions/report/pdf/printer.ts';
import { readPdf } from '../../pdf/read-pdf.ts';

export function printed(...parts: readonly string[]): string {
  const fonts = reportFonts();
  const document = new PdfDocument({
    ...{ title: 'A report', language: 'en', madeAt: '2026-11-29T12:00:00.000Z', producer: 'a test', size: PAGE, fonts },
    frame: () => {},
  });
  const printer = new Printer(document, fonts);
  for (const part of parts) printer.print(part);
  printer.end();
  document.end();
  return document.take();
}

export const readPrinted = (...parts: readonly string[]) => readPdf(printed(...parts));
