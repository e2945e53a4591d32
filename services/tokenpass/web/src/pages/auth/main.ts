import { start } from '$shared/lib/start';
import Auth from './Auth.svelte';

start(Auth);
