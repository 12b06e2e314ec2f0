-- placeholder until the tables stand
CREATE TABLE exchange_self (epoch TEXT NOT NULL PRIMARY KEY);
