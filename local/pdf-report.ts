// local/pdf-report.ts: the maker of PDF reports, loaded when one is asked for.
import type { PdfMaker } from '../functions/report/make.ts';

export const pdfReport: PdfMaker = async (timeZone) => {
  const { PdfReport } = await import('../functions/report/pdf/report.ts');
  return new PdfReport(timeZone);
};
