/** The rule of bitcoin-backup; shorter passwords are refused by its readers. */
export const shortestPassword = 8;
