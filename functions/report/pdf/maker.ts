// functions/report/pdf/maker.ts: the maker of PDF reports, loaded when one is asked for.
import type { PdfMaker } from '../make.ts';

export const pdfReport: PdfMaker = async (timeZone) => {
  const { PdfReport } = await import('./report.ts');
  return new PdfReport(timeZone);
};
