/** What cannot be asked for: its message is told with the help, and the status is 2. */
export class WrongUse extends Error {}
