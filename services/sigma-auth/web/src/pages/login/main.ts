import { start } from '../../lib/start';
import Login from './Login.svelte';

start(Login);
