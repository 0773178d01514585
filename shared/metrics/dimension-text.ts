/** Of a dimension CloudWatch keeps 1,024 characters; our names are shorter. */
const LONGEST = 255;

/**
 * What a connection is called in metrics: printable ASCII, not blank and without a colon at its front, as CloudWatch
 * takes it, on both clouds alike. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
export function dimensionText(value: string): string {
  const text = value
    .replace(/[^\x20-\x7e]/g, '_')
    .replace(/^:/, '_')
    .slice(0, LONGEST);
  return text.trim() === '' ? '_' : text;
}
