"""Private PostgreSQL, RabbitMQ and Redis servers for tests, chaos runs and benchmarks."""
