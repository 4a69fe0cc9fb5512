// Stands for the application in the supervisor's spec: answers on PORT with what the database says.
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
pool.on('error', () => undefined);
const server = createServer(async (request, response) => {
  try {
    const { rows } = await pool.query(
      "select current_setting('data_directory') as directory, pg_postmaster_start_time()::text as started",
    );
    response.end(JSON.stringify({ ...rows[0], pid: process.pid }));
  } catch (error) {
    response.statusCode = 503;
    response.end(error.message);
  }
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send('ready'));
process.on('disconnect', () => process.exit(1));
const stop = () => server.close(() => pool.end().then(() => process.exit(0)));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
