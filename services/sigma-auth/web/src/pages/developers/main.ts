import { start } from '../../lib/start';
import '../../styles/developers.css';
import Developers from './Developers.svelte';

start(Developers);
