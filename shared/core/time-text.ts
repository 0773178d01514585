/** An instant of epoch microseconds as text, as exact as it is. */
export function timeText(micros: number): string {
  const iso = new Date(Math.floor(micros / 1000)).toISOString();
  const rest = micros % 1000;
  return rest === 0 ? iso.replace('.000Z', 'Z') : iso.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}
