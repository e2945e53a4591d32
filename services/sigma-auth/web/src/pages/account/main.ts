import { start } from '../../lib/start';
import Account from './Account.svelte';

start(Account);
