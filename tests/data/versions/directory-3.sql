--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: rollcall; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA rollcall;


--
-- Name: tell_of_change(); Type: FUNCTION; Schema: rollcall; Owner: -
--

CREATE FUNCTION rollcall.tell_of_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN PERFORM pg_notify('rollcall_directory', ''); RETURN NULL; END$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: account; Type: TABLE; Schema: rollcall; Owner: -
--

CREATE TABLE rollcall.account (
    i_account bigint NOT NULL,
    i_customer bigint NOT NULL,
    username text NOT NULL,
    max_sessions bigint DEFAULT '-1'::integer NOT NULL,
    CONSTRAINT account_max_sessions_check CHECK (((max_sessions >= '-1'::integer) AND (max_sessions <= 2147483647)))
);


--
-- Name: connection; Type: TABLE; Schema: rollcall; Owner: -
--

CREATE TABLE rollcall.connection (
    i_connection bigint NOT NULL,
    i_vendor bigint NOT NULL,
    name text NOT NULL
);


--
-- Name: customer; Type: TABLE; Schema: rollcall; Owner: -
--

CREATE TABLE rollcall.customer (
    i_customer bigint NOT NULL,
    i_wholesaler bigint,
    i_environment bigint,
    name text NOT NULL,
    web_login text NOT NULL,
    md5 text NOT NULL,
    sha256 text NOT NULL,
    api_access boolean NOT NULL,
    api_rights text,
    max_sessions bigint DEFAULT '-1'::integer NOT NULL,
    CONSTRAINT customer_api_rights_check CHECK ((api_rights ~ '^((view|disconnect|bulk|quarantine)( +|$))*$'::text)),
    CONSTRAINT customer_check CHECK (((i_wholesaler IS NULL) = (i_environment IS NOT NULL))),
    CONSTRAINT customer_max_sessions_check CHECK (((max_sessions >= '-1'::integer) AND (max_sessions <= 2147483647)))
);


--
-- Name: environment; Type: TABLE; Schema: rollcall; Owner: -
--

CREATE TABLE rollcall.environment (
    i_environment bigint NOT NULL,
    name text NOT NULL
);


--
-- Name: login; Type: TABLE; Schema: rollcall; Owner: -
--

CREATE TABLE rollcall.login (
    web_login text NOT NULL,
    i_customer bigint NOT NULL,
    md5 text NOT NULL,
    sha256 text NOT NULL,
    api_rights text,
    CONSTRAINT login_api_rights_check CHECK ((api_rights ~ '^((view|disconnect|bulk|quarantine)( +|$))*$'::text)),
    CONSTRAINT login_web_login_check CHECK ((web_login <> ''::text))
);


--
-- Name: meta; Type: TABLE; Schema: rollcall; Owner: -
--

CREATE TABLE rollcall.meta (
    key text NOT NULL,
    value text NOT NULL
);


--
-- Name: vendor; Type: TABLE; Schema: rollcall; Owner: -
--

CREATE TABLE rollcall.vendor (
    i_vendor bigint NOT NULL,
    name text NOT NULL
);


--
-- Name: version; Type: TABLE; Schema: rollcall; Owner: -
--

CREATE TABLE rollcall.version (
    number bigint NOT NULL,
    oldest_reader bigint DEFAULT 1 NOT NULL
);


--
-- Data for Name: account; Type: TABLE DATA; Schema: rollcall; Owner: -
--

INSERT INTO rollcall.account VALUES (3, 1, '801', -1);
INSERT INTO rollcall.account VALUES (4, 2, '802', 0);


--
-- Data for Name: connection; Type: TABLE DATA; Schema: rollcall; Owner: -
--

INSERT INTO rollcall.connection VALUES (1, 1, 'carrier-gw1');


--
-- Data for Name: customer; Type: TABLE DATA; Schema: rollcall; Owner: -
--

INSERT INTO rollcall.customer VALUES (1, NULL, 1, 'root', 'ssp-root', '681ba0faac8995079039af208248b509', '64736f3a0f6beda978431f92d699f171daf1587f158629d695231654e20a3bca', true, NULL, -1);
INSERT INTO rollcall.customer VALUES (2, 1, NULL, 'reseller', 'reseller', '2bcf33dcbf27699cb15da7478d8c3017', '61c7de445f1cb1a10ca4d7d887cb1c861c12f63c12db48a9569fc388b7183a21', false, '', 30);


--
-- Data for Name: environment; Type: TABLE DATA; Schema: rollcall; Owner: -
--

INSERT INTO rollcall.environment VALUES (1, 'default');


--
-- Data for Name: login; Type: TABLE DATA; Schema: rollcall; Owner: -
--

INSERT INTO rollcall.login VALUES ('day', 1, '', '', NULL);
INSERT INTO rollcall.login VALUES ('night', 1, '7a08aea76d88e85c1bd5d52210b968ae', '16e9caa0729f659cb169c4775312aa017fffdd47d5d75118094d0b65ca6a8c7d', 'view disconnect');
INSERT INTO rollcall.login VALUES ('desk', 2, '5db57362ae02c56a3a777db24f5afa36', '4abb0150dbb4c796c601d84721ff03899f93dd28796a516371cb56eaa355c2ef', NULL);


--
-- Data for Name: meta; Type: TABLE DATA; Schema: rollcall; Owner: -
--

INSERT INTO rollcall.meta VALUES ('realm', 'rollcall');


--
-- Data for Name: vendor; Type: TABLE DATA; Schema: rollcall; Owner: -
--

INSERT INTO rollcall.vendor VALUES (1, 'carrier');


--
-- Data for Name: version; Type: TABLE DATA; Schema: rollcall; Owner: -
--

INSERT INTO rollcall.version VALUES (3, 1);


--
-- Name: account account_pkey; Type: CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (i_account);


--
-- Name: connection connection_pkey; Type: CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.connection
    ADD CONSTRAINT connection_pkey PRIMARY KEY (i_connection);


--
-- Name: customer customer_pkey; Type: CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (i_customer);


--
-- Name: environment environment_pkey; Type: CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.environment
    ADD CONSTRAINT environment_pkey PRIMARY KEY (i_environment);


--
-- Name: login login_pkey; Type: CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.login
    ADD CONSTRAINT login_pkey PRIMARY KEY (web_login);


--
-- Name: meta meta_pkey; Type: CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (key);


--
-- Name: vendor vendor_pkey; Type: CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.vendor
    ADD CONSTRAINT vendor_pkey PRIMARY KEY (i_vendor);


--
-- Name: login_by_customer; Type: INDEX; Schema: rollcall; Owner: -
--

CREATE INDEX login_by_customer ON rollcall.login USING btree (i_customer);


--
-- Name: account tell; Type: TRIGGER; Schema: rollcall; Owner: -
--

CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON rollcall.account FOR EACH STATEMENT EXECUTE FUNCTION rollcall.tell_of_change();


--
-- Name: connection tell; Type: TRIGGER; Schema: rollcall; Owner: -
--

CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON rollcall.connection FOR EACH STATEMENT EXECUTE FUNCTION rollcall.tell_of_change();


--
-- Name: customer tell; Type: TRIGGER; Schema: rollcall; Owner: -
--

CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON rollcall.customer FOR EACH STATEMENT EXECUTE FUNCTION rollcall.tell_of_change();


--
-- Name: environment tell; Type: TRIGGER; Schema: rollcall; Owner: -
--

CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON rollcall.environment FOR EACH STATEMENT EXECUTE FUNCTION rollcall.tell_of_change();


--
-- Name: login tell; Type: TRIGGER; Schema: rollcall; Owner: -
--

CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON rollcall.login FOR EACH STATEMENT EXECUTE FUNCTION rollcall.tell_of_change();


--
-- Name: meta tell; Type: TRIGGER; Schema: rollcall; Owner: -
--

CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON rollcall.meta FOR EACH STATEMENT EXECUTE FUNCTION rollcall.tell_of_change();


--
-- Name: vendor tell; Type: TRIGGER; Schema: rollcall; Owner: -
--

CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON rollcall.vendor FOR EACH STATEMENT EXECUTE FUNCTION rollcall.tell_of_change();


--
-- Name: account account_i_customer_fkey; Type: FK CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.account
    ADD CONSTRAINT account_i_customer_fkey FOREIGN KEY (i_customer) REFERENCES rollcall.customer(i_customer) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: connection connection_i_vendor_fkey; Type: FK CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.connection
    ADD CONSTRAINT connection_i_vendor_fkey FOREIGN KEY (i_vendor) REFERENCES rollcall.vendor(i_vendor) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: customer customer_i_environment_fkey; Type: FK CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.customer
    ADD CONSTRAINT customer_i_environment_fkey FOREIGN KEY (i_environment) REFERENCES rollcall.environment(i_environment) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: customer customer_i_wholesaler_fkey; Type: FK CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.customer
    ADD CONSTRAINT customer_i_wholesaler_fkey FOREIGN KEY (i_wholesaler) REFERENCES rollcall.customer(i_customer) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: login login_i_customer_fkey; Type: FK CONSTRAINT; Schema: rollcall; Owner: -
--

ALTER TABLE ONLY rollcall.login
    ADD CONSTRAINT login_i_customer_fkey FOREIGN KEY (i_customer) REFERENCES rollcall.customer(i_customer) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;


--
-- PostgreSQL database dump complete
--


