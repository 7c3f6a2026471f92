// Package peers measures what others take for what geo answers. It is a module of its own: what they need is not needed to build Harrier.
package peers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/harrier-patrol/harrier/geo"
	"github.com/harrier-patrol/harrier/geo/geotest"
)

const postgresBin = "/usr/lib/postgresql/15/bin"

// postgis starts a server of its own in a temporary folder, reached over a local socket, as Debian's user postgres.
func postgis(b *testing.B) *pgx.Conn {
	b.Helper()
	if _, err := os.Stat(filepath.Join(postgresBin, "postgres")); err != nil {
		b.Skip("no PostGIS here: apt-get install postgresql-15-postgis-3")
	}
	dir, err := os.MkdirTemp("/tmp", "harrier-postgis-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	as := &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			b.Skip("no user postgres")
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			b.Fatal(err)
		}
	}
	run := func(name string, args ...string) {
		c := exec.Command(filepath.Join(postgresBin, name), args...)
		c.SysProcAttr, c.Dir = as, dir
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	data := filepath.Join(dir, "data")
	run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
	run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o", "-c listen_addresses='' -c fsync=off -c shared_buffers=1GB -c work_mem=64MB -c jit=off -c max_parallel_workers_per_gather=0 -k "+dir, "start")
	b.Cleanup(func() { run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop") })
	conn, err := pgx.Connect(context.Background(), fmt.Sprintf("host=%s user=postgres database=postgres", dir))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// BenchmarkPointPostGIS is the other peer: the same polygons with GiST indexes, a prepared statement, points given in batches of a
// thousand. They are already located: the ray is not in its time.
func BenchmarkPointPostGIS(b *testing.B) {
	conn := postgis(b)
	ctx := context.Background()
	c := geotest.Make(geotest.Cells, geotest.Fences, geotest.Structures)
	if _, err := conn.Exec(ctx, "CREATE EXTENSION postgis"); err != nil {
		b.Fatal(err)
	}
	for name, all := range map[string][]geo.Feature{"cells": c.Cells, "fences": c.Fences, "register": c.Register} {
		if _, err := conn.Exec(ctx, "CREATE TABLE "+name+" (id int, w bytea)"); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{name}, []string{"id", "w"}, pgx.CopyFromSlice(len(all), func(i int) ([]any, error) {
			w, err := ewkb.Marshal(all[i].Geometry, 4326)
			return []any{i, w}, err
		})); err != nil {
			b.Fatal(err)
		}
		for _, q := range []string{"CREATE TABLE " + name + "_g AS SELECT id, ST_GeomFromEWKB(w) AS g FROM " + name, "CREATE INDEX ON " + name + "_g USING gist (g)", "CLUSTER " + name + "_g USING " + name + "_g_g_idx", "VACUUM ANALYZE " + name + "_g"} {
			if _, err := conn.Exec(ctx, q); err != nil {
				b.Fatal(err)
			}
		}
	}
	const query = `SELECT q.n, c.id, f.id, r.id FROM (SELECT n, ST_SetSRID(ST_MakePoint(x, y), 4326) AS g FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS t(x, y, n)) q
		LEFT JOIN cells_g c ON ST_Intersects(c.g, q.g) LEFT JOIN fences_g f ON ST_Intersects(f.g, q.g) LEFT JOIN register_g r ON ST_Intersects(r.g, q.g)`
	if _, err := conn.Prepare(ctx, "whereis", query); err != nil {
		b.Fatal(err)
	}
	const batch = 1000
	for name, places := range map[string][]orb.Point{"uniform": c.Points(geotest.Places, false), "clustered": c.Points(geotest.Places, true)} {
		b.Run(name, func(b *testing.B) {
			rowsSeen := 0
			points := 0
			for i := 0; b.Loop(); i++ {
				xs, ys := make([]float64, batch), make([]float64, batch)
				for k := range xs {
					p := places[(i*batch+k)&(geotest.Places-1)]
					xs[k], ys[k] = p[0], p[1]
				}
				rows, err := conn.Query(ctx, "whereis", xs, ys)
				if err != nil {
					b.Fatal(err)
				}
				for rows.Next() {
					rowsSeen++
				}
				if rows.Err() != nil {
					b.Fatal(rows.Err())
				}
				points += batch
			}
			b.ReportMetric(float64(points)/b.Elapsed().Seconds(), "points/s")
			b.ReportMetric(float64(rowsSeen)/float64(points), "rows/point")
		})
	}
}
