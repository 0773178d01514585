/** Said of a command line nobody can follow. */
export class WrongUse extends Error {}
